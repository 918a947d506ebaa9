import { fuzz } from "../tests/fuzz/fuzzer.ts";

/**
 * Mutated datagrams through everything that reads SNMP (S10): `npm run bench -- fuzz [count] [seed]`, 10,000,000
 * without a count. Ends with code 1 when something threw, was slow, or is read otherwise by a second decoder.
 */
const count = Number(process.argv[2] ?? 10_000_000);
const seed = Number(process.argv[3] ?? 20_261_122);
if (!Number.isInteger(count) || count < 1 || !Number.isInteger(seed)) {
  console.error("npm run bench -- fuzz [count] [seed]");
  process.exit(2);
}
const began = performance.now();
const report = await fuzz({
  count,
  seed,
  progress: (done) => {
    if (done % 500_000 === 0)
      console.error(`${done} after ${((performance.now() - began) / 1000).toFixed(0)} s`);
  },
});
const { findings, recordings, ...numbers } = report;
console.log(
  `${report.seeds} seeds, of them from ${recordings.length} recordings: ${recordings.join(", ") || "none here"}`,
);
console.log(`${count} datagrams in ${report.seconds.toFixed(1)} s: ${Math.round(count / report.seconds)}/s`);
for (const name of Object.keys(report.taken))
  console.log(`${name}: ${report.taken[name]} taken, ${report.refused[name]} refused`);
console.log(
  `slowest ${report.slowestMs.toFixed(1)} ms (${report.slowest}); over 50 ms each time: ${report.slow}`,
);
console.log(`memory ${(report.heapGrowth / 2 ** 20).toFixed(1)} MiB more than after the first tenth`);
console.log(`thrown, or read otherwise elsewhere: ${report.found}`);
for (const finding of findings)
  console.log(`- ${finding.target}, ${finding.seed}: ${finding.problem}\n  ${finding.hex}`);
console.log(
  JSON.stringify({
    bench: "fuzz",
    ...numbers,
    recordings: recordings.length,
    perSecond: Math.round(count / report.seconds),
  }),
);
process.exit(report.found > 0 || report.slow > 0 ? 1 : 0);
