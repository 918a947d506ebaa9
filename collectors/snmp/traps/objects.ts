/**
 * Objects that come with notifications: `arc name` by what stands above them. They are the OBJECTS of the
 * notifications in notifications.ts and what every notification may carry.
 */
const OBJECTS: Readonly<Record<string, string>> = {
  "1.0.8802.1.1.2.1.2": `
    2 lldpStatsRemTablesInserts,
    3 lldpStatsRemTablesDeletes,
    4 lldpStatsRemTablesDrops,
    5 lldpStatsRemTablesAgeouts`,
  "1.3.6.1.2.1.1": "1 sysDescr, 3 sysUpTime, 5 sysName, 6 sysLocation",
  "1.3.6.1.2.1.2.2.1": "1 ifIndex, 2 ifDescr, 3 ifType, 7 ifAdminStatus, 8 ifOperStatus",
  "1.3.6.1.2.1.16.3.1.1": `
    1 alarmIndex,
    3 alarmVariable,
    4 alarmSampleType,
    5 alarmValue,
    7 alarmRisingThreshold,
    8 alarmFallingThreshold`,
  "1.3.6.1.2.1.17.1.4.1": "2 dot1dBasePortIfIndex",
  "1.3.6.1.2.1.31.1.1.1": "1 ifName, 18 ifAlias",
  "1.3.6.1.2.1.33.1.2": "2 upsSecondsOnBattery, 3 upsEstimatedMinutesRemaining",
  "1.3.6.1.2.1.33.1.6.2.1": "1 upsAlarmId, 2 upsAlarmDescr",
  "1.3.6.1.2.1.33.1.7": `
    1 upsTestId,
    2 upsTestSpinLock,
    3 upsTestResultsSummary,
    4 upsTestResultsDetail,
    5 upsTestStartTime,
    6 upsTestElapsedTime`,
  "1.3.6.1.2.1.33.1.9": "7 upsConfigLowBattTime",
  "1.3.6.1.2.1.47.1.1.1.1": "2 entPhysicalDescr, 7 entPhysicalName",
  "1.3.6.1.2.1.105.1.1.1": "6 pethPsePortDetectionStatus",
  "1.3.6.1.2.1.105.1.3.1.1": "4 pethMainPseConsumptionPower",
  "1.3.6.1.4.1.2011.5.25.31.1.1.1.1": "2 hwEntityOperStatus",
  "1.3.6.1.4.1.2011.5.25.174.1.1.7.1": "2 hwLPortLoopDetectIfName, 6 hwPortLoopDetectStatus",
  "1.3.6.1.4.1.2011.5.25.174.2": "5 hwLdtPortLoopDetectVlanList, 6 hwLdtPortLoopAutoTrapVlanList",
  "1.3.6.1.4.1.2011.5.25.219.1": `
    1 hwEntityPhysicalIndex,
    2 hwEntityTrapEntType,
    3 hwEntityTrapFaultID,
    6 hwUserDefAlarmName,
    11 hwPortDownReason,
    13 hwEntityTrapReasonDescr,
    15 hwOpticalVendorName,
    16 hwOpticalVendorSN`,
  "1.3.6.1.4.1.2011.5.25.219.1.5.1": `
    1 hwEntityThresholdType,
    2 hwEntityThresholdValue,
    3 hwEntityThresholdCurrent,
    5 hwEntityThresholdWarning`,
  "1.3.6.1.4.1.2011.5.25.257.1": "1 hwErrordownCause, 2 hwErrordownRecoverType",
  "1.3.6.1.4.1.2011.6.10.1.1.7.1": `
    2 hwCfgLogTime,
    3 hwCfgLogSrcCmd,
    4 hwCfgLogSrcData,
    5 hwCfgLogDesData,
    7 hwCfgLogTerminalUser,
    10 hwCfgLogCmdSrcAddress,
    15 hwCfgLogConfigChangeId,
    16 hwCfgLogCfgBaselineTime`,
  "1.3.6.1.4.1.2011.6.139.13.1.2": `
    1 hwWlanApActualType,
    2 hwWlanApCpuOccupancyRate,
    3 hwWlanApMemoryOccupancyRate,
    4 hwWlanApPermitStaNum,
    5 hwWlanStaAuthFailCause,
    16 hwWlanApNotifyOrRestoreTemperature,
    17 hwWlanOccurTime,
    18 hwWlanApBootNotifyName,
    19 hwWlanApFaultTimes,
    34 hwWlanApCpuOverloadDescInfo,
    64 hwWlanApConfigType,
    73 hwWlanApTemperatureType`,
  "1.3.6.1.4.1.2011.6.139.13.3.3.1": `
    1 hwWlanApMac,
    4 hwWlanApName,
    7 hwWlanApSoftwareVersion,
    67 hwWlanApId`,
  "1.3.6.1.4.1.4881.1.1.10.2.1.1": `
    9 ruijieSystemHwPower,
    10 ruijieSystemHwFan,
    46 ruijieSystemPowerIndex`,
  "1.3.6.1.4.1.4881.1.1.10.2.1.1.23.1": "3 ruijieSystemTemperatureCurrent",
  "1.3.6.1.4.1.4881.1.1.10.2.1.2": "1 ruijieSystemHardChangeDesc",
  "1.3.6.1.4.1.4881.1.1.10.2.10.1.1.1": "43 ruijieIfInBandwidthUsage, 44 ruijieIfOutBandwidthUsage",
  "1.3.6.1.4.1.4881.1.1.10.2.10.2": `
    4 ruijieIfInBwUsageRisingThreshold,
    5 ruijieIfOutBwUsageRisingThreshold,
    6 ruijieIfInBwUsageResumeThreshold,
    7 ruijieIfOutBwUsageResumeThreshold,
    14 ruijieIfErrdisableReason`,
  "1.3.6.1.4.1.4881.1.1.10.2.21.2": "1 ruijieEntityStateChgDesc, 3 ruijieTemperatureWarningDesc",
  "1.3.6.1.4.1.4881.1.1.10.2.35.1.1.1": "3 ruijieMemoryPoolCurrentUtilization",
  "1.3.6.1.4.1.4881.1.1.10.2.36.1.1": "2 ruijieCPUUtilization1Min",
  "1.3.6.1.4.1.4881.1.1.10.2.105.4": `
    1 ruijieFiberEventReason,
    2 ruijieFiberEventDesc,
    7 ruijieFiberAlarmValue,
    8 ruijieFiberAlarmThresholdValue`,
  "1.3.6.1.4.1.25506.2.4.1.1.7.1": "3 hh3cCfgLogSrcCmd, 4 hh3cCfgLogSrcData, 5 hh3cCfgLogDesData",
  "1.3.6.1.4.1.25506.2.6.1.1.1.1": `
    1 hh3cEntityExtPhysicalIndex,
    2 hh3cEntityExtAdminStatus,
    3 hh3cEntityExtOperStatus,
    5 hh3cEntityExtAlarmLight,
    6 hh3cEntityExtCpuUsage,
    7 hh3cEntityExtCpuUsageThreshold,
    8 hh3cEntityExtMemUsage,
    9 hh3cEntityExtMemUsageThreshold,
    10 hh3cEntityExtMemSize,
    12 hh3cEntityExtTemperature,
    13 hh3cEntityExtTemperatureThreshold,
    17 hh3cEntityExtCriticalTemperatureThreshold,
    19 hh3cEntityExtErrorStatus,
    21 hh3cEntityExtLowerTemperatureThreshold,
    22 hh3cEntityExtShutdownTemperatureThreshold,
    31 hh3cEntityExtCpuUsageRecoverThreshold`,
  "1.3.6.1.4.1.25506.2.6.2.1": "4 hh3cEntityExtFirstTrapTime",
  "1.3.6.1.4.1.25506.2.75.1.1.1": "2 hh3cDot11MaxAPNumPermitted",
  "1.3.6.1.4.1.25506.2.75.1.1.2": "1 hh3cDot11APConnectCount",
  "1.3.6.1.4.1.25506.2.75.1.2.1.1": "1 hh3cDot11CurrTunnelAPID",
  "1.3.6.1.4.1.25506.2.75.1.3.1": `
    1 hh3cDot11ACMtTrapTunlDwnInfo,
    2 hh3cDot11ACMtTrapTunlUpInfo,
    4 hh3cDot11ACMtTrapTnlAPName,
    5 hh3cDot11ACMtTrapTnlAPIPAddr,
    8 hh3cDot11ACMtTrapAPIPv6Addr,
    9 hh3cDot11ACMtTrapTunlDwnCount,
    10 hh3cDot11ACMaxStaNum,
    11 hh3cDot11ACMtTrapTnlAPSysName,
    12 hh3cDot11ACMtFirstTrapTime,
    15 hh3cDot11ACMtTrapAPMacAddress`,
  "1.3.6.1.4.1.25506.2.75.2.1.1.1": "1 hh3cDot11APID",
  "1.3.6.1.4.1.25506.2.75.2.1.3.1": "2 hh3cDot11RadioID",
  "1.3.6.1.4.1.25506.2.75.2.1.8.1": "2 hh3cDot11APCPURTUsage, 4 hh3cDot11APMemRTUsage",
  "1.3.6.1.4.1.25506.2.75.2.3.1": `
    1 hh3cDot11APMtTrapCfgErrReason,
    2 hh3cDot11APMtTrapRadioFailReason,
    3 hh3cDot11APMtTrapOldChannel,
    4 hh3cDot11APMtTrapNewChannel,
    5 hh3cDot11APChannelChgMode,
    10 hh3cDot11StaFullReason,
    11 hh3cDot11StaLimitNumber,
    12 hh3cDot11APRadioDownReason,
    16 hh3cDot11APMtChanlChgCount,
    18 hh3cDot11APMtAPID,
    23 hh3cDot11APMtFirstTrapTime,
    24 hh3cDot11APMtTrapAPMacAddress`,
  "1.3.6.1.4.1.25506.2.91.1": "7 hh3cStackTopology",
  "1.3.6.1.4.1.25506.2.91.2.1": "1 hh3cStackMemberID",
  "1.3.6.1.4.1.25506.2.91.4.1": "1 hh3cStackPortIndex, 3 hh3cStackPortStatus",
  "1.3.6.1.4.1.25506.8.35.9.1.1.1": "1 hh3cDevMFanNum",
  "1.3.6.1.4.1.25506.8.35.9.1.2.1": "1 hh3cDevMPowerNum",
  "1.3.6.1.4.1.25506.8.35.9.1": "13 hh3cDevMFirstTrapTime",
  "1.3.6.1.4.1.25506.8.35.18.4.2.1": "1 hh3cLswFrameIndex",
  "1.3.6.1.4.1.25506.8.35.18.4.3.1": "1 hh3cLswSlotIndex",
  "1.3.6.1.6.3.1.1.4": "1 snmpTrapOID, 3 snmpTrapEnterprise",
  "1.3.6.1.6.3.18.1": "3 snmpTrapAddress, 4 snmpTrapCommunity",
};

const BY_OID: ReadonlyMap<string, string> = new Map(
  Object.entries(OBJECTS).flatMap(([above, list]) =>
    list.split(",").map((entry): [string, string] => {
      const [arc, name] = entry.trim().split(" ") as [string, string];
      return [`${above}.${arc}`, name];
    }),
  ),
);

/** Arcs of an index that are looked behind for a name: more than any index here has. */
const MOST_INDEX_ARCS = 40;

export interface ObjectName {
  /** `ifOperStatus`. */
  readonly name: string;
  /** `12`; empty when there is none. */
  readonly index: string;
}

/** The object that an OID with its index names; undefined when it is not known. */
export function objectOf(oid: string): ObjectName | undefined {
  let end = oid.length;
  for (let i = 0; i <= MOST_INDEX_ARCS && end > 0; i++) {
    const name = BY_OID.get(oid.slice(0, end));
    if (name !== undefined) return { name, index: oid.slice(end + 1) };
    end = oid.lastIndexOf(".", end - 1);
  }
  return undefined;
}

const STATES: Readonly<Record<string, readonly string[]>> = {
  ifAdminStatus: ["", "up", "down", "testing"],
  ifOperStatus: ["", "up", "down", "testing", "unknown", "dormant", "notPresent", "lowerLayerDown"],
};

/** `down(2)` for the 2 of an ifOperStatus (IF-MIB); any other value stays as it is. */
export function valueText(name: string | undefined, value: string): string {
  const word = name === undefined ? undefined : STATES[name]?.[Number(value)];
  return word ? `${word}(${value})` : value;
}
