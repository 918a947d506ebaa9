import { useEffect } from "preact/hooks";
import { Icon } from "../parts/icon.tsx";
import { Menu } from "../parts/menu.tsx";
import { useConsole } from "../state/context.ts";
import { isRole, ROLES } from "../state/preferences.ts";

/** Who am I: the role that decides the first page. Choosing one goes to its first page at once. */
export function Who() {
  const { router, preferences, words } = useConsole();
  const { who } = words.value;
  const role = preferences.role.value;
  const asked = router.place.value.query.get("as");
  useEffect(() => {
    // An address that was sent by a colleague says the role only to whoever has none yet.
    if (isRole(asked) && preferences.role.value === null) preferences.role.value = asked;
  }, [asked]);
  return (
    <div class="who">
      <Menu
        label={`${who.label}: ${role ? who.names[role] : who.none}`}
        face={
          <>
            <Icon name="person" />
            <span class="who-name">{role ? who.names[role] : who.label}</span>
          </>
        }
      >
        {ROLES.map((one) => (
          <a key={one} href={`/?as=${one}`} aria-current={one === role ? "true" : undefined}>
            {who.names[one]}
            <span class="quiet">{who.leads[one]}</span>
          </a>
        ))}
      </Menu>
    </div>
  );
}
