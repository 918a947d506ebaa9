import { useConsole } from "../state/context.ts";

interface Props {
  readonly label: string;
  /** Member of the address that holds the choice; without it everything is shown. */
  readonly name: string;
  readonly all: string;
  readonly total: number;
  readonly options: readonly (readonly [value: string, word: string, count: number])[];
}

/** Filters with how many each would leave, as links: what is filtered can be sent to a colleague. */
export function Chips({ label, name, all, total, options }: Props) {
  const { router } = useConsole();
  const value = router.place.value.query.get(name);
  const chosen = options.some(([option]) => option === value) ? value : null;
  return (
    <nav class="chips" aria-label={label}>
      <a href={router.with({ [name]: null })} aria-current={chosen === null ? "true" : undefined}>
        {all} <b>{total}</b>
      </a>
      {options.map(([option, word, count]) => (
        <a
          key={option}
          href={router.with({ [name]: option === chosen ? null : option })}
          aria-current={option === chosen ? "true" : undefined}
        >
          {word} <b>{count}</b>
        </a>
      ))}
    </nav>
  );
}
