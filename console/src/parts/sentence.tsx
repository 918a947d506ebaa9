import { useWords } from "../state/context.ts";
import type { Sentence } from "../text/sentence.ts";
import { Mark } from "./mark.tsx";

/** The answer, above everything else: the lead, then the reasons as links, most serious first. */
export function SentenceView({ sentence }: { sentence: Sentence }) {
  const words = useWords();
  const { lead, clauses, rest, state } = sentence;
  return (
    <div class="sentence">
      <h1>
        {clauses.length === 0 && <Mark state={state} label />}
        {lead}
      </h1>
      {clauses.length > 0 && (
        <ul>
          {clauses.map((clause) => (
            <li key={clause.href ?? clause.text}>
              <Mark state={clause.state} label />
              {clause.href ? (
                <a href={clause.href}>
                  <bdi>{clause.text}</bdi>
                </a>
              ) : (
                <bdi>{clause.text}</bdi>
              )}
            </li>
          ))}
          {rest && <li class="rest">{rest + words.stop}</li>}
        </ul>
      )}
    </div>
  );
}
