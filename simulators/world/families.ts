import type { Family } from "./model.ts";

/** How a maker's switches call themselves and their interfaces. Numbers of products are the simulator's own. */
export interface FamilyTraits {
  readonly vendor: string;
  readonly coreModel: string;
  readonly accessModel: string;
  readonly coreObjectID: string;
  readonly accessObjectID: string;
  readonly version: string;
  sysDescr(model: string): string;
  /** Gigabit port n from 1. */
  gigabit(n: number): string;
  /** Ten-gigabit port n from 1; `gigabits` is the number of gigabit ports before it. */
  tenGigabit(n: number, gigabits: number): string;
  vlan(id: number): string;
  readonly loopback: string;
  /** ifIndex of the first physical port. */
  readonly firstIndex: number;
  readonly chassisName: string;
}

export const FAMILIES: Readonly<Record<Family, FamilyTraits>> = {
  vrp: {
    vendor: "Huawei",
    coreModel: "S5735-S24T4X",
    accessModel: "S5735-L24P4X-A1",
    coreObjectID: "1.3.6.1.4.1.2011.2.23.655",
    accessObjectID: "1.3.6.1.4.1.2011.2.23.662",
    version: "V200R021C00SPC600",
    sysDescr: (model) =>
      `${model}\r\nHuawei Versatile Routing Platform Software\r\n VRP (R) software,Version 5.170 (${model.split("-")[0]} V200R021C00SPC600)\r\n Copyright (C) 2007 Huawei Technologies Co., Ltd.`,
    gigabit: (n) => `GigabitEthernet0/0/${n}`,
    tenGigabit: (n) => `XGigabitEthernet0/0/${n}`,
    vlan: (id) => `Vlanif${id}`,
    loopback: "LoopBack0",
    firstIndex: 6,
    chassisName: "MPU Board 0",
  },
  comware: {
    vendor: "H3C",
    coreModel: "S5560X-30C-EI",
    accessModel: "S5130S-28P-PWR-EI",
    coreObjectID: "1.3.6.1.4.1.25506.1.1938",
    accessObjectID: "1.3.6.1.4.1.25506.1.1995",
    version: "7.1.070 Release 6318P01",
    sysDescr: (model) =>
      `H3C Comware Platform Software, Software Version 7.1.070, Release 6318P01\r\nH3C ${model}\r\nCopyright (c) 2004-2020 New H3C Technologies Co., Ltd. All rights reserved.`,
    gigabit: (n) => `GigabitEthernet1/0/${n}`,
    tenGigabit: (n, gigabits) => `Ten-GigabitEthernet1/0/${n + gigabits}`,
    vlan: (id) => `Vlan-interface${id}`,
    loopback: "LoopBack0",
    firstIndex: 1,
    chassisName: "Board on slot 1",
  },
  ruijie: {
    vendor: "Ruijie",
    coreModel: "RG-S5750C-28GT4XS-H",
    accessModel: "RG-S2928G-P-E",
    coreObjectID: "1.3.6.1.4.1.4881.1.1.10.1.245",
    accessObjectID: "1.3.6.1.4.1.4881.1.1.10.1.303",
    version: "RGOS 11.4(1)B74P1",
    sysDescr: (model) => `Ruijie Gigabit Ethernet Switch (${model.replace(/^RG-/, "")}) By Ruijie Networks`,
    gigabit: (n) => `GigabitEthernet 0/${n}`,
    tenGigabit: (n, gigabits) => `TenGigabitEthernet 0/${n + gigabits}`,
    vlan: (id) => `VLAN ${id}`,
    loopback: "Loopback 0",
    firstIndex: 1,
    chassisName: "Switch 1",
  },
};
