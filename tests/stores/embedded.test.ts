import { join } from "node:path";
import { describe } from "vitest";
import { EmbeddedStore } from "../../src/stores/embedded/store.ts";
import { conformance } from "./conformance.ts";
import { NOW, temporaryFolder } from "./samples.ts";

const clock = { now: () => NOW };

async function open(dir: string, hotSamples?: number): Promise<EmbeddedStore> {
  const store = new EmbeddedStore({ dir, clock, hotSamples, maintainEveryMs: 0 });
  await store.open(new AbortController().signal);
  return store;
}

describe("embedded store, samples in the hot log", () => {
  const dir = temporaryFolder();
  conformance(async () => {
    const store = await open(join(dir, "hot"));
    return { store, end: () => store.close() };
  });
});

describe("embedded store, samples sealed after each write", () => {
  const dir = temporaryFolder();
  conformance(async () => {
    const store = await open(join(dir, "sealed"));
    return { store, settle: () => store.maintain(true), end: () => store.close() };
  });
});

describe("embedded store that seals by itself all the time", () => {
  const dir = temporaryFolder();
  conformance(async () => {
    const store = await open(join(dir, "small"), 10);
    return { store, end: () => store.close() };
  });
});
