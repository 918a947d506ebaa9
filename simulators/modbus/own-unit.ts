import { FUNCTION, RegisterMap } from "./registers.ts";

/** Unit id under which a gateway answers for itself. */
export const GATEWAY_UNIT = 255;

const COILS = [FUNCTION.coils];
const INPUTS = [FUNCTION.discreteInputs];

/**
 * The gateway's own contacts, an invention of the simulator: coils 0 and 1 are the relays of the lamp and the
 * siren, discrete inputs 0 to 3 are door closed, no smoke, no water, mains present.
 */
export function gatewayMap(mains: (second: number) => boolean): RegisterMap {
  return new RegisterMap(
    [
      { functions: COILS, address: 0, type: "bit", read: () => 1 },
      { functions: COILS, address: 1, type: "bit", read: () => 0 },
      { functions: INPUTS, address: 0, type: "bit", read: () => 1 },
      { functions: INPUTS, address: 1, type: "bit", read: () => 1 },
      { functions: INPUTS, address: 2, type: "bit", read: () => 1 },
      { functions: INPUTS, address: 3, type: "bit", read: (second) => (mains(second) ? 1 : 0) },
    ],
    [
      { functions: COILS, from: 0, to: 1 },
      { functions: INPUTS, from: 0, to: 3 },
    ],
  );
}
