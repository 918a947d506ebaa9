import type { EventSeverity } from "../../../src/collection/events.ts";

export interface Notification {
  readonly name: string;
  readonly severity: EventSeverity;
  /** Whether the device's values have changed with it, so that it is worth a poll at once. */
  readonly poll: boolean;
}

/**
 * The notifications that campusd knows: standard ones and those of the switches, access points and UPS that
 * schools have. `name severity arcs`; a `*` marks those after which the device is polled. What recovers is
 * info. The MIB modules that define them are named over each group.
 */
const NOTIFICATIONS: Readonly<Record<string, string>> = {
  // SNMPv2-MIB, IF-MIB
  "1.3.6.1.6.3.1.1.5": `
    coldStart warning 1 *
    warmStart info 2 *
    authenticationFailure warning 5
    egpNeighborLoss warning 6
    linkDown warning 3 *
    linkUp info 4 *
  `,
  // ENTITY-MIB
  "1.3.6.1.2.1.47.2.0": `
    entConfigChange info 1
  `,
  // BRIDGE-MIB
  "1.3.6.1.2.1.17.0": `
    newRoot warning 1
    topologyChange info 2
  `,
  // RMON-MIB
  "1.3.6.1.2.1.16.0": `
    risingAlarm warning 1
    fallingAlarm info 2
  `,
  // UPS-MIB
  "1.3.6.1.2.1.33.2": `
    upsTrapOnBattery critical 1 *
    upsTrapTestCompleted info 2
    upsTrapAlarmEntryAdded warning 3 *
    upsTrapAlarmEntryRemoved info 4 *
  `,
  // POWER-ETHERNET-MIB
  "1.3.6.1.2.1.105.0": `
    pethPsePortOnOffNotification info 1
    pethMainPowerUsageOnNotification warning 2
    pethMainPowerUsageOffNotification info 3
  `,
  // LLDP-MIB
  "1.0.8802.1.1.2.0.0": `
    lldpRemTablesChange info 1
  `,
  // HUAWEI-ENTITY-TRAP-MIB
  "1.3.6.1.4.1.2011.5.25.219.2.2": `
    hwBoardRemove critical 1
    hwBoardInsert info 2
    hwBoardFail critical 3
    hwBoardFailResume info 4
  `,
  // HUAWEI-ENTITY-TRAP-MIB
  "1.3.6.1.4.1.2011.5.25.219.2.4": `
    hwOpticalRemove warning 1
    hwOpticalInsert info 2
    hwOpticalInvalid warning 5
    hwOpticalInvalidResume info 6
    hwOpticalPowerAlarm warning 7
    hwOpticalPowerAlarmResume info 8
  `,
  // HUAWEI-ENTITY-TRAP-MIB
  "1.3.6.1.4.1.2011.5.25.219.2.5": `
    hwPowerRemove critical 1
    hwPowerInsert info 2
    hwPowerFail critical 3 *
    hwPowerFailResume info 4 *
    hwPowerInvalid warning 5
    hwPowerInvalidResume info 6
  `,
  // HUAWEI-ENTITY-TRAP-MIB
  "1.3.6.1.4.1.2011.5.25.219.2.6": `
    hwFanRemove critical 1
    hwFanInsert info 2
    hwFanFail critical 3 *
    hwFanFailResume info 4 *
    hwFanInvalid warning 5
    hwFanInvalidResume info 6
  `,
  // HUAWEI-ENTITY-TRAP-MIB
  "1.3.6.1.4.1.2011.5.25.219.2.10": `
    hwTempAlarm critical 1
    hwTempResume info 2
    hwBrdTempAlarm critical 13
    hwBrdTempResume info 14
  `,
  // HUAWEI-ENTITY-TRAP-MIB
  "1.3.6.1.4.1.2011.5.25.219.2.14": `
    hwCPUUtilizationRising warning 1
    hwCPUUtilizationResume info 2
  `,
  // HUAWEI-ENTITY-TRAP-MIB
  "1.3.6.1.4.1.2011.5.25.219.2.15": `
    hwMemUtilizationRising warning 1
    hwMemUtilizationResume info 2
  `,
  // HUAWEI-ENTITY-TRAP-MIB
  "1.3.6.1.4.1.2011.5.25.219.2.12": `
    hwPortDown warning 1 *
    hwPortUp info 2 *
  `,
  // HUAWEI-WLAN-AP-MIB
  "1.3.6.1.4.1.2011.6.139.13.1.1": `
    hwApFaultTrap warning 1 *
    hwApNormalTrap info 2 *
    hwApColdBootTrap warning 30
    hwApHotBootTrap warning 32
    hwApTypeMismatchTrap warning 99
    hwApVersionMismatchTrap warning 47
    hwApCpuOverloadTrap warning 7
    hwApCpuOverloadRestoreTrap info 8
    hwApMemoryOverloadTrap warning 9
    hwApMemoryOverloadRestoreTrap info 10
    hwApStaFullTrap warning 11
    hwApStaFullRecoverTrap info 12
    hwApTemperatureTooHighTrap warning 19
    hwApTemperatureTooHighRestoreTrap info 20
  `,
  // HUAWEI-LDT-MIB
  "1.3.6.1.4.1.2011.5.25.174.3": `
    hwLdtPortLoopDetect critical 3
    hwLdtPortLoopDetectRecovery info 4
  `,
  // HUAWEI-ERRORDOWN-MIB
  "1.3.6.1.4.1.2011.5.25.257.2": `
    hwErrordown critical 1 *
    hwErrordownRecovery info 2 *
  `,
  // HUAWEI-CONFIG-MAN-MIB
  "1.3.6.1.4.1.2011.6.10.2": `
    hwCfgManEventlog info 1
  `,
  // HH3C-ENTITY-EXT-MIB
  "1.3.6.1.4.1.25506.2.6.2.0": `
    hh3cEntityExtTemperatureThresholdNotification critical 1
    hh3cEntityExtCpuUsageThresholdNotfication warning 4
    hh3cEntityExtCpuUsageThresholdRecover info 25
    hh3cEntityExtMemUsageThresholdNotification warning 5
    hh3cEntityExtMemUsageThresholdRecover info 26
    hh3cEntityExtOperEnabled info 6
    hh3cEntityExtOperDisabled warning 7
    hh3cEntityExtCriticalTemperatureThresholdNotification critical 8
    hh3cEntityExtSFPAlarmOn warning 9
    hh3cEntityExtSFPAlarmOff info 10
    hh3cEntityInsert info 12
    hh3cEntityRemove warning 13
    hh3cEntityExtFaultAlarmOn warning 16
    hh3cEntityExtFaultAlarmOff info 17
    hh3cEntityExtTemperatureTooUp critical 21
    hh3cEntityExtTemperatureNormal info 22
  `,
  // HH3C-LswTRAP-MIB
  "1.3.6.1.4.1.25506.8.35.12.1": `
    hh3cpowerfailure critical 1
    hh3cPowerNormal info 2
    hh3cPowerRemoved critical 5
    hh3cPowerInserted info 23
    hh3cfanfailure critical 6
    hh3cFanNormal info 7
    hh3cBoardRemoved critical 8
    hh3cBoardInserted info 9
    hh3cBoardFailure critical 10
    hh3cBoardNormal info 11
    hh3cBoardTemperatureHigher critical 16
    hh3cBoardTemperatureFormHigherToNormal info 17
  `,
  // HH3C-LPBKDT-MIB
  "1.3.6.1.4.1.25506.2.95.1.0": `
    hh3cLpbkdtTrapLoopbacked critical 1
    hh3cLpbkdtTrapRecovered info 2
  `,
  // HH3C-STACK-MIB
  "1.3.6.1.4.1.25506.2.91.6.0": `
    hh3cStackPortLinkStatusChange warning 1
    hh3cStackTopologyChange warning 2
    hh3cStackMadBfdChangeFailure warning 4
  `,
  // HH3C-CONFIG-MAN-MIB
  "1.3.6.1.4.1.25506.2.4.2": `
    hh3cCfgManEventlog info 1
  `,
  // HH3C-DOT11-ACMT-MIB
  "1.3.6.1.4.1.25506.2.75.1.3.0": `
    hh3cDot11ACMtTunnelSetupTrap info 1 *
    hh3cDot11ACMtTunnelDownTrap warning 2 *
    hh3cDot11ACStaFullTrap warning 5
    hh3cDot11RunAPNumOverload warning 7
    hh3cDot11RunAPNumOverloadRecover info 8
  `,
  // HH3C-DOT11-APMT-MIB
  "1.3.6.1.4.1.25506.2.75.2.3.0": `
    hh3cDot11APMtCfgErrorTrap warning 2
    hh3cDot11APMtRadioFailTrap warning 3
    hh3cDot11APMtRadioFailRecoverTrap info 4
    hh3cDot11APMtRdoChanlChgTrap info 5
    hh3cDot11APSysReboot warning 12
    hh3cDot11APRadioDownTrap warning 23
    hh3cDot11APRadioDownRecovTrap info 24
    hh3cDot11APStaFullTrap warning 25
    hh3cDot11APStaFullRecoverTrap info 26
    hh3cDot11APCpuUsageHigh warning 28
    hh3cDot11APCpuUsageHighRecover info 29
    hh3cDot11APMemUsageHigh warning 30
    hh3cDot11APMemUsageHighRecover info 31
    hh3cDot11APPowerOffTrap warning 38
    hh3cDot11APPowerOnTrap info 39
  `,
  // RUIJIE-SYSTEM-MIB
  "1.3.6.1.4.1.4881.1.1.10.2.1.2": `
    ruijieSystemHardChangeDetected warning 2
    ruijieSystemPowerStateChange warning 3
    ruijieSystemFanStateChange warning 4
    ruijieSystemCPUusageTooHighTrap warning 5
    ruijieSystemCPUusageTooHighRecovTrap info 6
    ruijieSystemTmpTooHighTrap critical 7
    ruijieSystemTmpTooHighRecovTrap info 8
    ruijieSystemMemusageTooHighTrap warning 9
    ruijieSystemMemusageTooHighRecovTrap info 10
    ruijieSystemResetTrap warning 15
    ruijieSystemPowerOnTrap info 17
    ruijieSystemPowerOffTrap warning 18
  `,
  // RUIJIE-INTERFACE-MIB
  "1.3.6.1.4.1.4881.1.1.10.2.10.2": `
    ruijieIfLinkDown warning 12 *
    ruijieIfLinkUp info 13 *
    ruijieIfErrdisable critical 15 *
    ruijieIfErrdisableResume info 16 *
    ruijieIfInBwUsageRising warning 8
    ruijieIfInBwUsageResume info 9
    ruijieIfOutBwUsageRising warning 10
    ruijieIfOutBwUsageResume info 11
  `,
  // RUIJIE-ENTITY-MIB
  "1.3.6.1.4.1.4881.1.1.10.2.21.2": `
    ruijieEntityStatusChange warning 2
    ruijieTemperatureWarning critical 4
    ruijieTemperatureWarningRecov info 7
    ruijieEntityPhyInsert info 5
    ruijieEntityPhyRemove warning 6
  `,
  // RUIJIE-FIBER-MIB
  "1.3.6.1.4.1.4881.1.1.10.2.105.4": `
    ruijieFiberRemoveEventTrap warning 3
    ruijieFiberInsertEventTrap info 4
    ruijieFiberInvalidTrap warning 5
    ruijieFiberInvalidResumeTrap info 6
  `,
  // PowerNet-MIB
  "1.3.6.1.4.1.318.0": `
    upsOnBattery critical 5 *
    lowBattery critical 7 *
    powerRestored info 9 *
    returnFromLowBattery info 11 *
  `,
};

const BY_OID: ReadonlyMap<string, Notification> = new Map(
  Object.entries(NOTIFICATIONS).flatMap(([above, lines]) =>
    lines
      .trim()
      .split("\n")
      .map((line): [string, Notification] => {
        const [name, severity, arc, poll] = line.trim().split(" ") as [
          string,
          EventSeverity,
          string,
          string?,
        ];
        return [`${above}.${arc}`, { name, severity, poll: poll !== undefined }];
      }),
  ),
);

/**
 * The notification of an snmpTrapOID; undefined when it is not known. An SNMPv1 trap of a device whose MIB has
 * no zero before the last arc arrives with one (RFC 3584 section 3.1), so it is looked up without it too.
 */
export function notificationOf(oid: string): Notification | undefined {
  return BY_OID.get(oid) ?? BY_OID.get(oid.replace(/\.0(\.\d+)$/, "$1"));
}
