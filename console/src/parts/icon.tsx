const PATHS = {
  search: "M7 12.5a5.5 5.5 0 1 1 0-11 5.5 5.5 0 0 1 0 11Zm4-1.5 3.5 3.5",
  close: "m3.5 3.5 9 9m0-9-9 9",
  chevron: "m4 6 4 4 4-4",
  back: "m10 3.5-4.500 4.500 4.500 4.500",
  next: "m6 3.5 4.5 4.5L6 12.5",
  sun: "M8 11a3 3 0 1 0 0-6 3 3 0 0 0 0 6ZM8 1v1.5M8 13.5V15M1 8h1.5M13.5 8H15M3 3l1 1M12 12l1 1M3 13l1-1M12 4l1-1",
  moon: "M13.5 9.5A6 6 0 0 1 6.5 2.5a6 6 0 1 0 7 7Z",
  auto: "M8 2a6 6 0 1 0 0 12A6 6 0 0 0 8 2Zm0 0v12M10 3.5v9M12 5v6",
  board: "M1.5 3h13v8.5h-13zM5.5 14h5",
  ap: "M8 12.2v.01M5.3 9.7a3.9 3.9 0 0 1 5.4 0M2.9 7.2a7.3 7.3 0 0 1 10.2 0",
  sensor: "M6.3 9.2V3.2a1.7 1.7 0 0 1 3.4 0v6a3 3 0 1 1-3.4 0ZM8 11.5V7",
  down: "M8 2.5v11m0 0 4-4m-4 4-4-4",
  up: "M8 13.5v-11m0 0 4 4m-4-4-4 4",
  school: "M1.5 6 8 2.5 14.5 6 8 9.5 1.5 6ZM4 7.5v4c2.4 2 5.6 2 8 0v-4",
  link: "M6.5 9.5 9.5 6.5M7 4.5l1.5-1.5a3 3 0 0 1 4.2 4.2L11 8.8M9 11.500 7.500 13a3 3 0 0 1-4.200-4.200L5 7.200",
  device: "M2 4h12v8H2zM4.500 9.500h.01M7 9.500h.01M9.500 9.500h.01",
  target:
    "M8 14.5a6.500 6.500 0 1 1 0-13 6.500 6.500 0 0 1 0 13Zm0-3.500a3 3 0 1 1 0-6 3 3 0 0 1 0 6Zm0-3v.01",
  person: "M8 8a3 3 0 1 0 0-6 3 3 0 0 0 0 6ZM2.500 14a5.500 5.500 0 0 1 11 0",
  file: "M4 1.500h5l3.500 3.500v9.500H4zM9 1.500V5h3.500M6 8.500h4.500M6 11h4.500",
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name, size = 16 }: { name: IconName; size?: number }) {
  return (
    <svg class="icon" width={size} height={size} viewBox="0 0 16 16" aria-hidden="true">
      <path d={PATHS[name]} />
    </svg>
  );
}
