interface Node<T> {
  readonly children: Map<number, Node<T>>;
  value?: T;
}

export interface Found<T> {
  readonly value: T;
  /** Arcs of the OID that it is about. */
  readonly depth: number;
}

/** OIDs to what is known of all below them; the longest that fits is found. */
export class ArcTree<T> {
  readonly #root: Node<T> = { children: new Map() };

  set(arcs: readonly number[], value: T): void {
    let node = this.#root;
    for (const arc of arcs) {
      let next = node.children.get(arc);
      if (!next) node.children.set(arc, (next = { children: new Map() }));
      node = next;
    }
    node.value = value;
  }

  find(arcs: readonly number[]): Found<T> | undefined {
    let node: Node<T> | undefined = this.#root;
    let found: Found<T> | undefined;
    for (let depth = 0; node; depth++) {
      if (node.value !== undefined) found = { value: node.value, depth };
      const arc = arcs[depth];
      node = arc === undefined ? undefined : node.children.get(arc);
    }
    return found;
  }
}
