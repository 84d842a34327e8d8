/** One event of a server-sent stream; without data it only carries an id. */
export interface ServerEvent {
  readonly id: string | undefined;
  readonly data: string | null;
}

/** Reads server-sent events as a client does; leaving the loop breaks the connection off. */
export async function* readEvents(response: Response): AsyncGenerator<ServerEvent> {
  let pending = '';
  const decoder = new TextDecoder();
  for await (const chunk of response.body! as unknown as AsyncIterable<Uint8Array>) {
    pending += decoder.decode(chunk, { stream: true });
    for (let end = pending.indexOf('\n\n'); end >= 0; end = pending.indexOf('\n\n')) {
      const fields = pending.slice(0, end).split('\n');
      pending = pending.slice(end + 2);
      const valueOf = (name: string): string | undefined =>
        fields.find((field) => field.startsWith(`${name}: `))?.slice(name.length + 2);
      yield { id: valueOf('id'), data: valueOf('data') ?? null };
    }
  }
}
