import type { MerchantEvents, MerchantEventType } from '#domain/events';

export interface CatalogueEntry<Payload> {
  readonly payload: new () => Payload;
  readonly example: Payload;
  /** One sentence. */
  readonly description: string;
}

export type Catalogue = { readonly [Type in MerchantEventType]: CatalogueEntry<MerchantEvents[Type]> };

/** The part of the catalogue that one file holds. */
export type Entries = Partial<Catalogue>;
