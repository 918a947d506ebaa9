import { z } from "zod";
import {
  buildingSchema,
  DEVICE_ROLES,
  deviceSchema,
  LINK_ROLES,
  linkSchema,
  PROTOCOLS,
  ROOM_TYPES,
  regionSchema,
  roomSchema,
  SCHOOL_KINDS,
  SETTINGS,
  SITE_KINDS,
  schoolSchema,
  siteSchema,
} from "./document.ts";

/** One kind of thing a file; the header tells which. */
export type CsvKind = "regions" | "schools" | "sites" | "rooms" | "devices" | "links";

export interface CsvColumn {
  /** Member of the row that the cell gives. */
  readonly field: string;
  /** Header names, English first; compared without case, blanks, `_`, `-`, `*` and what stands in brackets. */
  readonly names: readonly string[];
  readonly required: boolean;
  /** What may be written, for messages and documentation. */
  readonly allowed: string;
  /** Whether a wrong value may be shown: a column that names a credential may hold one by mistake. */
  readonly showValue: boolean;
  /** The value of a cell that is not empty; undefined when it is not allowed. */
  readonly read: (text: string) => unknown;
}

type Words = Readonly<Record<string, string>>;

const SCHOOL_KIND_WORDS: Words = {
  小学: "primary",
  初中: "secondary",
  中学: "secondary",
  九年一贯制: "nine-year",
  九年一贯制学校: "nine-year",
  高中: "high",
  职业学校: "vocational",
  中职: "vocational",
  特殊教育: "special",
  特殊教育学校: "special",
  教学点: "teaching-point",
};
const SITE_KIND_WORDS: Words = {
  节点: "node",
  网络节点: "node",
  骨干节点: "node",
  核心节点: "node",
  教育局: "bureau",
  机关: "bureau",
  其他: "other",
};
const SETTING_WORDS: Words = {
  城区: "urban",
  城市: "urban",
  镇区: "town",
  乡镇: "town",
  乡村: "rural",
  农村: "rural",
};
const ROOM_TYPE_WORDS: Words = {
  教室: "classroom",
  普通教室: "classroom",
  实验室: "laboratory",
  计算机教室: "computer-room",
  机房教室: "computer-room",
  多媒体教室: "multimedia",
  图书馆: "library",
  图书室: "library",
  办公室: "office",
  会议室: "meeting",
  礼堂: "hall",
  报告厅: "hall",
  体育馆: "sports",
  宿舍: "dormitory",
  食堂: "canteen",
  机房: "machine-room",
  网络机房: "machine-room",
  其他: "other",
};
const ROLE_WORDS: Words = {
  路由器: "router",
  核心交换机: "core-switch",
  接入交换机: "access-switch",
  无线控制器: "wifi-controller",
  无线接入点: "access-point",
  无线AP: "access-point",
  AP: "access-point",
  AC: "wifi-controller",
  班班通: "board",
  智慧黑板: "board",
  交互大屏: "board",
  电表: "meter",
  传感器: "sensor",
  不间断电源: "ups",
  网关: "gateway",
  服务器: "server",
  摄像机: "camera",
  录像机: "recorder",
  防火墙: "firewall",
  打印机: "printer",
  其他: "other",
};
const LINK_ROLE_WORDS: Words = {
  上联: "uplink",
  主用上联: "uplink",
  备用上联: "backup-uplink",
  骨干: "backbone",
  内部: "internal",
};
const PROTOCOL_WORDS: Words = { 无: "none", 探测: "probe" };

function column(
  field: string,
  names: string,
  schema: z.ZodType,
  convert: (text: string) => unknown,
  allowed: string,
): CsvColumn {
  const read = (text: string) => {
    const result = schema.safeParse(convert(text));
    return result.success ? result.data : undefined;
  };
  return { field, names: names.split(" "), required: false, allowed, showValue: true, read };
}

function required(one: CsvColumn): CsvColumn {
  return { ...one, required: true };
}

const ID_WORDS = "1 to 64 letters, digits, '.', '_' or '-'";

function idColumn(field: string, names: string): CsvColumn {
  return column(field, names, deviceSchema.shape.id, (text) => text, ID_WORDS);
}

function textColumn(field: string, names: string, max = 120): CsvColumn {
  return column(field, names, z.string().trim().min(1).max(max), (text) => text, `at most ${max} characters`);
}

function numberColumn(field: string, names: string, schema: z.ZodType, allowed: string): CsvColumn {
  const convert = (text: string) => (/^-?\d{1,15}(\.\d+)?$/.test(text) ? Number(text) : text);
  return column(field, names, schema, convert, allowed);
}

function choiceColumn(field: string, names: string, choices: readonly string[], words: Words): CsvColumn {
  const known = new Map<string, string>();
  for (const choice of choices) known.set(normalizeName(choice), choice);
  for (const [word, choice] of Object.entries(words)) known.set(normalizeName(word), choice);
  const allowed = `one of ${choices.join(", ")}${Object.keys(words).length > 0 ? ` (or ${Object.keys(words).join("、")})` : ""}`;
  return column(
    field,
    names,
    z.enum(choices as [string, ...string[]]),
    (text) => known.get(normalizeName(text)),
    allowed,
  );
}

function listColumn(field: string, names: string, schema: z.ZodType, allowed: string): CsvColumn {
  return column(
    field,
    names,
    schema,
    (text) => text.split(/[\s;,、；，|]+/u).filter((part) => part !== ""),
    allowed,
  );
}

/** Excel writes 2024/9/1 where a person wrote 2024-09-01. */
function dateColumn(field: string, names: string): CsvColumn {
  const convert = (text: string) => {
    const match = /^(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?$/.exec(text);
    return match ? `${match[1]}-${match[2]!.padStart(2, "0")}-${match[3]!.padStart(2, "0")}` : text;
  };
  return column(field, names, z.iso.date(), convert, "a date such as 2024-09-01");
}

const count = "a whole number, 0 or more";
const school = required(idColumn("school", "school school_id 学校编码 学校代码 学校 site site_id 站点编码"));
const buildingId = idColumn("building", "building building_id 楼栋编码 楼栋 教学楼");

export const CSV_COLUMNS: Readonly<Record<CsvKind, readonly CsvColumn[]>> = {
  regions: [
    required(
      column(
        "path",
        "path region_path 区域路径 区划路径",
        regionSchema.shape.path,
        (text) => text,
        "province[/city[/county]]",
      ),
    ),
    required(textColumn("name", "name region_name 区域名称 区划名称")),
    textColumn("nameEn", "name_en english_name 英文名称"),
  ],
  schools: [
    required(idColumn("id", "id school school_id 学校编码 学校代码 编码")),
    required(
      column(
        "region",
        "region region_path 区域 区域路径 所属区域 区划",
        schoolSchema.shape.region,
        (text) => text,
        "a region path, province[/city[/county]]",
      ),
    ),
    required(textColumn("name", "name school_name 学校名称 名称")),
    textColumn("nameEn", "name_en english_name 英文名称"),
    required(
      choiceColumn("kind", "kind school_kind 学校类型 办学类型 类型", SCHOOL_KINDS, SCHOOL_KIND_WORDS),
    ),
    required(choiceColumn("setting", "setting urban_rural 城乡类型 城乡", SETTINGS, SETTING_WORDS)),
    numberColumn("students", "students 学生数 学生人数", schoolSchema.shape.students, count),
    numberColumn("classes", "classes 班级数 教学班数", schoolSchema.shape.classes, count),
  ],
  sites: [
    required(idColumn("id", "id site site_id 站点编码 节点编码 编码")),
    required(
      column(
        "region",
        "region region_path 区域 区域路径 所属区域 区划",
        siteSchema.shape.region,
        (text) => text,
        "a region path, province[/city[/county]]",
      ),
    ),
    required(textColumn("name", "name site_name 站点名称 节点名称 名称")),
    textColumn("nameEn", "name_en english_name 英文名称"),
    // Not `kind`: a file of schools that lacks a column must not pass for one of sites.
    required(choiceColumn("kind", "site_kind node_kind 站点类型 节点类型", SITE_KINDS, SITE_KIND_WORDS)),
  ],
  rooms: [
    school,
    required(buildingId),
    column(
      "buildingName",
      "building_name 楼栋名称",
      buildingSchema.shape.name,
      (text) => text,
      "at most 120 characters",
    ),
    required(idColumn("id", "room room_id 房间编码 房间 教室编码 教室")),
    textColumn("name", "name room_name 房间名称 教室名称 名称"),
    choiceColumn("type", "type room_type 房间类型 教室类型 类型 用途", ROOM_TYPES, ROOM_TYPE_WORDS),
    numberColumn("floor", "floor 楼层", roomSchema.shape.floor, "a whole number from -9 to 99"),
    numberColumn("seats", "seats 座位数 座位", roomSchema.shape.seats, "a whole number from 0 to 10000"),
  ],
  devices: [
    required(idColumn("id", "id device device_id 设备编码 设备编号 编码")),
    school,
    textColumn("name", "name device_name 设备名称 名称"),
    required(choiceColumn("role", "role device_role 角色 设备角色 设备类型", DEVICE_ROLES, ROLE_WORDS)),
    textColumn("vendor", "vendor manufacturer 厂商 品牌 生产厂商"),
    textColumn("model", "model 型号 设备型号"),
    listColumn(
      "addresses",
      "addresses address ip ip_address 地址 IP地址 管理地址 管理IP",
      deviceSchema.shape.addresses,
      "IPv4 or IPv6 addresses with a blank between them",
    ),
    listColumn(
      "addresses6",
      "ipv6 address6 ipv6_address IPv6地址",
      deviceSchema.shape.addresses,
      "IPv6 addresses with a blank between them",
    ),
    choiceColumn("protocol", "protocol 协议 采集协议", PROTOCOLS, PROTOCOL_WORDS),
    numberColumn("port", "port 端口", deviceSchema.shape.port, "a whole number from 1 to 65535"),
    {
      ...idColumn("credential", "credential 凭据 凭证"),
      allowed: "the name of a credential in campusd.yaml, not the secret itself",
      showValue: false,
    },
    idColumn("profile", "profile 设备模板 模板"),
    numberColumn(
      "unit",
      "unit unit_id 单元号 从站地址 站号",
      deviceSchema.shape.unit,
      "a whole number from 0 to 255",
    ),
    buildingId,
    column(
      "room",
      "room room_id 房间编码 房间 教室",
      z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}(\/[A-Za-z0-9][A-Za-z0-9._-]{0,63})?$/),
      (text) => text,
      "a room id, or building/room",
    ),
    listColumn(
      "serves",
      "serves 覆盖房间 服务房间",
      deviceSchema.shape.serves,
      "building/room, with a blank between them",
    ),
    idColumn("parent", "parent 上级设备 控制器 所属网关"),
    textColumn("apName", "ap_name AP名称"),
    dateColumn("installed", "installed 安装日期 启用日期"),
  ],
  links: [
    required(idColumn("id", "id link link_id 链路编码 编码")),
    textColumn("name", "name link_name 链路名称 名称"),
    required(choiceColumn("role", "role link_role 链路角色 角色", LINK_ROLES, LINK_ROLE_WORDS)),
    required(idColumn("device", "device device_id 设备编码 设备")),
    required(textColumn("interface", "interface port 接口 端口")),
    textColumn("to", "to peer 对端"),
    textColumn("carrier", "carrier 运营商"),
    textColumn("duct", "duct cable route 管道 光缆 路由"),
    numberColumn(
      "contractedMbps",
      "contracted_mbps bandwidth 签约带宽 带宽",
      linkSchema.shape.contractedMbps,
      "Mbit/s, more than 0",
    ),
  ],
};

/** `设备编码（必填）*` and `Device_ID` to what names are compared by. */
export function normalizeName(text: string): string {
  return text
    .normalize("NFKC")
    .replace(/\(.*?\)/g, "")
    .replace(/[\s_\-*\u{feff}"']/gu, "")
    .toLowerCase();
}
