import type { Kysely } from "kysely";
import { type Migration, Migrator } from "kysely/migration";
import { CampusError } from "../errors/campus-error.ts";

/**
 * Brings an open database file to its newest form, in one transaction: all of it or nothing. Throws E_STATE when it
 * was written by a newer campusd, is damaged, or a step fails.
 */
export async function migrateFile<T>(
  db: Kysely<T>,
  file: string,
  migrations: Readonly<Record<string, Migration>>,
): Promise<void> {
  const context = { file };
  const migrator = new Migrator({
    db,
    provider: { getMigrations: async () => ({ ...migrations }) },
  });
  let newer: string | undefined;
  try {
    newer = (await appliedSteps(db)).find((name) => !(name in migrations));
  } catch (error) {
    throw new CampusError("E_STATE", `cannot read ${file}: ${(error as Error).message}`, context, error);
  }
  if (newer !== undefined)
    throw new CampusError(
      "E_STATE",
      `${file} was written by a newer campusd (step ${newer} is not known here); run that version, or restore a copy from before the upgrade`,
      { ...context, step: newer },
    );
  const { error, results } = await migrator.migrateToLatest();
  if (error === undefined) return;
  const step = results?.find((result) => result.status === "Error")?.migrationName;
  throw new CampusError(
    "E_STATE",
    `cannot bring ${file} to its newest form${step ? ` (step ${step})` : ""}; nothing was changed: ${error instanceof Error ? error.message : String(error)}`,
    { ...context, step },
    error,
  );
}

async function appliedSteps<T>(db: Kysely<T>): Promise<string[]> {
  const tables = await db.introspection.getTables({ withInternalKyselyTables: true });
  if (!tables.some((table) => table.name === "kysely_migration")) return [];
  const untyped = db as unknown as Kysely<{ kysely_migration: { name: string } }>;
  return (await untyped.selectFrom("kysely_migration").select("name").execute()).map((row) => row.name);
}
