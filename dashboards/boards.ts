import type { Board } from "./board.ts";
import { BACKBONE } from "./boards/backbone.ts";
import { CAMPUSD } from "./boards/campusd.ts";
import { DEVICE } from "./boards/device.ts";
import { IPV6 } from "./boards/ipv6.ts";
import { PROVINCE } from "./boards/province.ts";
import { SCHOOL } from "./boards/school.ts";
import { WIFI } from "./boards/wifi.ts";

export const BOARDS: readonly Board[] = [PROVINCE, BACKBONE, SCHOOL, WIFI, IPV6, DEVICE, CAMPUSD];
