import type { Profile } from './check-grants.ts';
import type { Event } from './export-reader.ts';

/** Whose shop each merchant is and where it stands, from the events that count. */
export interface Profiles {
  note(event: Event): void;
  of(merchant: string): Profile;
}

const UNKNOWN: Profile = { entity: null, category: null, country: null };

export function createProfiles(): Profiles {
  const profiles = new Map<string, Profile>();
  const of = (merchant: string): Profile => profiles.get(merchant) ?? UNKNOWN;
  return {
    of,
    note({ type, subject, data }) {
      const merchant = subject ?? '';
      const { entityId, category, country } = data as Readonly<Record<string, string | undefined>>;
      const before = of(merchant);
      if (type === 'updraft.merchant.registered.v1' || type === 'updraft.merchant.profile-changed.v1') {
        profiles.set(merchant, {
          entity: entityId ?? before.entity,
          category: category ?? before.category,
          country: country ?? before.country,
        });
      }
      if (type === 'updraft.merchant.linked.v1') profiles.set(merchant, { ...before, entity: entityId! });
      // A late word about an entity that it left long ago does not part it from the present one.
      if (type === 'updraft.merchant.unlinked.v1' && before.entity === entityId)
        profiles.set(merchant, { ...before, entity: null });
    },
  };
}
