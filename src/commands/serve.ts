import { Command } from "commander";
import { systemClock } from "../collection/clock.ts";
import { createLog } from "../telemetry/log.ts";
import { createTelemetry } from "../telemetry/telemetry.ts";
import { Controller } from "./controller/controller.ts";
import { aborted, interruption } from "./exit.ts";
import { settingsFrom } from "./settings-file.ts";

export function serveCommand(): Command {
  return new Command("serve")
    .description("poll the devices of the inventory, store what they say, serve the page")
    .option("-c, --config <file>", "the settings file", "campusd.yaml")
    .addHelpText("after", "\nEnds at Ctrl-C or SIGTERM, within 5 s, with everything committed.")
    .action(async (options: { config: string }) => {
      const settings = settingsFrom(options.config);
      const signal = interruption();
      const clock = systemClock();
      const telemetry = createTelemetry(createLog({ level: settings.log.level, monotonic: clock.monotonic }));
      const controller = new Controller({
        settings,
        telemetry,
        clock,
        random: Math.random,
        simulated: false,
      });
      try {
        await controller.open(signal);
        const { url } = await controller.listen(settings.http.host, settings.http.port);
        console.log(`console: ${url}/`);
        await aborted(signal);
      } catch (error) {
        // Ctrl-C while it starts: what was under way fails, and that is no fault.
        if (!signal.aborted) throw error;
      } finally {
        await controller.close();
      }
    });
}
