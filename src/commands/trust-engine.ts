import { Command } from "commander";
import { systemClock } from "../collection/clock.ts";
import { CampusError } from "../errors/campus-error.ts";
import { buildInventory } from "../inventory/build.ts";
import { StateDatabase } from "../inventory/state-database.ts";
import { stateFile } from "./controller/state-file.ts";
import { settingsFrom } from "./settings-file.ts";

export function trustEngineCommand(): Command {
  return new Command("trust-engine")
    .description("say that devices were replaced or reset: the SNMPv3 engine that answers next is theirs")
    .argument("<device...>", "ids of devices of the inventory")
    .option("-c, --config <file>", "the settings file", "campusd.yaml")
    .addHelpText(
      "after",
      "\nA device whose engine ID changed is not polled before a person says so: somebody else may answer in its place.\nA campusd that is running takes the word over within seconds.",
    )
    .action(async (devices: string[], options: { config: string }) => {
      const settings = settingsFrom(options.config, { onUnreadSecret: () => {} });
      const state = new StateDatabase({ file: stateFile(settings) });
      await state.open();
      try {
        const inventory = buildInventory(await state.inventory());
        const unknown = devices.find((device) => !inventory.devices.has(device));
        if (unknown !== undefined)
          throw new CampusError("E_USAGE", `the inventory has no device '${unknown}'; nothing was changed`, {
            device: unknown,
          });
        for (const device of devices) {
          const forgotten = await state.engines.forget(device, systemClock().now());
          console.log(
            forgotten
              ? `${device}: the engine that answers next is trusted`
              : `${device}: no engine was known of it; there is nothing to forget`,
          );
        }
      } finally {
        await state.close();
      }
    });
}
