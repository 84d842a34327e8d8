import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { parseCsv, type CsvRow } from './csv.ts';
import { marketTimeOf, minorOf, wallClockOf } from './olist-field.ts';

// The files as rows whose fields have been checked. A row that breaks a rule is refused with its file and
// line; the others go on.

export const OLIST_FILES = {
  leads: 'olist_marketing_qualified_leads_dataset.csv',
  deals: 'olist_closed_deals_dataset.csv',
  sellers: 'olist_sellers_dataset.csv',
  lines: 'olist_order_items_slice.csv',
} as const;
type FileName = keyof typeof OLIST_FILES;

/** The files are read whole. */
const FILE_BYTES_MAX = 64 * 1024 * 1024;

export interface Lead {
  readonly leadId: string;
  /** Only the day is known: its first instant in the market zone. */
  readonly contactedAtMs: number;
  readonly landingPage: string;
  readonly origin: string;
}

export interface Deal {
  readonly leadId: string;
  readonly sellerId: string;
  readonly wonAtMs: number;
  /** The onboarding survey, column by column as it stands; an empty text is missing. */
  readonly survey: ReadonlyMap<string, string>;
}

export interface OrderLine {
  readonly orderId: string;
  readonly line: string;
  readonly sellerId: string;
  readonly shipByMs: number;
  readonly priceMinor: number;
}

/** Something that was not sent, and the rule it broke. */
export interface Refusal {
  readonly where: string;
  readonly field: string;
  readonly value: string;
  readonly rule: string;
}

export interface OlistRows {
  readonly leads: readonly Lead[];
  readonly deals: readonly Deal[];
  readonly lines: readonly OrderLine[];
  readonly sellers: ReadonlySet<string>;
  readonly rowsRead: Readonly<Record<FileName, number>>;
  readonly refused: readonly Refusal[];
  /** SHA-256 over the names and bytes of all four files, hex. */
  readonly fileHash: string;
}

const SURVEY_COLUMNS = [
  'business_segment',
  'lead_type',
  'lead_behaviour_profile',
  'has_company',
  'has_gtin',
  'average_stock',
  'business_type',
  'declared_product_catalog_size',
  'declared_monthly_revenue',
] as const;

export async function readOlist(dir: string): Promise<OlistRows> {
  const hash = createHash('sha256');
  const refused: Refusal[] = [];
  const read = async <T>(
    name: FileName,
    columns: readonly string[],
    rowOf: (row: Fields) => T,
  ): Promise<T[]> => {
    const bytes = await readBounded(join(dir, OLIST_FILES[name]));
    hash.update(`${OLIST_FILES[name]} ${bytes.length}\n`).update(bytes);
    return parseFile(name, bytes, columns, rowOf, refused, rowsRead);
  };
  const rowsRead: Record<FileName, number> = { leads: 0, deals: 0, sellers: 0, lines: 0 };
  const leads = await read('leads', ['mql_id', 'first_contact_date', 'landing_page_id', 'origin'], leadOf);
  const deals = await read('deals', ['mql_id', 'seller_id', 'won_date', ...SURVEY_COLUMNS], dealOf);
  const sellers = await read('sellers', ['seller_id'], (row) => row.id('seller_id'));
  const lines = await read(
    'lines',
    ['order_id', 'order_item_id', 'seller_id', 'shipping_limit_date', 'price'],
    lineOf,
  );
  return {
    leads: once(leads, 'leads', 'mql_id', (lead) => lead.leadId, refused),
    deals: once(deals, 'deals', 'seller_id', (deal) => deal.sellerId, refused),
    lines: once(lines, 'lines', 'order_item_id', (line) => `${line.orderId}/${line.line}`, refused),
    sellers: new Set(sellers),
    rowsRead,
    refused,
    fileHash: hash.digest('hex'),
  };
}

function leadOf(row: Fields): Lead {
  return {
    leadId: row.id('mql_id'),
    contactedAtMs: row.checked('first_contact_date', marketTimeOf, 'must be a date YYYY-MM-DD'),
    landingPage: row.text('landing_page_id'),
    origin: row.text('origin'),
  };
}

/** `won_date` is UTC: those that say only a day stand at 02:00 or 03:00, midnight in the market zone. */
function dealOf(row: Fields): Deal {
  return {
    leadId: row.id('mql_id'),
    sellerId: row.id('seller_id'),
    wonAtMs: row.checked('won_date', wallClockOf, 'must be a time YYYY-MM-DD HH:MM:SS'),
    survey: new Map(SURVEY_COLUMNS.map((column) => [column, row.text(column)])),
  };
}

/** `shipping_limit_date` is taken as market time: by it, orders follow the hours of a buyer's day. */
function lineOf(row: Fields): OrderLine {
  return {
    orderId: row.id('order_id'),
    line: row.id('order_item_id'),
    sellerId: row.id('seller_id'),
    shipByMs: row.checked('shipping_limit_date', marketTimeOf, 'must be a time YYYY-MM-DD HH:MM:SS'),
    priceMinor: row.checked('price', minorOf, 'must be an amount with at most two decimals'),
  };
}

interface Fields {
  text(column: string): string;
  id(column: string): string;
  checked(column: string, parse: (text: string) => number | null, rule: string): number;
}

class RowError extends Error {
  constructor(
    readonly field: string,
    readonly value: string,
    readonly rule: string,
  ) {
    super(rule);
  }
}

const ID = /^[A-Za-z0-9]{1,64}$/;

function fieldsOf({ fields }: CsvRow): Fields {
  const text = (column: string): string => fields.get(column)!;
  return {
    text,
    id(column) {
      if (!ID.test(text(column)))
        throw new RowError(column, text(column), 'must be 1 to 64 letters and digits');
      return text(column);
    },
    checked(column, parse, rule) {
      const value = parse(text(column));
      if (value === null) throw new RowError(column, text(column), rule);
      return value;
    },
  };
}

function parseFile<T>(
  name: FileName,
  bytes: Buffer,
  columns: readonly string[],
  rowOf: (row: Fields) => T,
  refused: Refusal[],
  rowsRead: Record<FileName, number>,
): T[] {
  const parsed: T[] = [];
  for (const row of parseCsv(bytes.toString('utf8'), columns)) {
    rowsRead[name] += 1;
    try {
      parsed.push(rowOf(fieldsOf(row)));
    } catch (error) {
      if (!(error instanceof RowError)) throw error;
      const { field, value, rule } = error;
      refused.push({ where: `${OLIST_FILES[name]}:${row.line}`, field, value, rule });
    }
  }
  return parsed;
}

/** A second row with the same key is refused: which of two is right cannot be told. */
function once<T>(
  rows: readonly T[],
  name: FileName,
  field: string,
  keyOf: (row: T) => string,
  refused: Refusal[],
): readonly T[] {
  const seen = new Set<string>();
  return rows.filter((row) => {
    const key = keyOf(row);
    const isFirst = !seen.has(key);
    seen.add(key);
    if (!isFirst) refused.push({ where: OLIST_FILES[name], field, value: key, rule: 'must not occur twice' });
    return isFirst;
  });
}

async function readBounded(path: string): Promise<Buffer> {
  const { size } = await stat(path);
  if (size > FILE_BYTES_MAX) throw new Error(`${path}: ${size} bytes, must not exceed ${FILE_BYTES_MAX}`);
  return readFile(path);
}
