import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { OLIST_FILES } from './olist-rows.ts';

// Invented rows in the form of the Olist files, for specs: the real ones are not ours to copy.

export interface OlistLines {
  readonly leads?: readonly string[];
  readonly deals?: readonly string[];
  readonly sellers?: readonly string[];
  readonly lines?: readonly string[];
}

const HEADERS: Readonly<Record<keyof OlistLines, string>> = {
  leads: 'mql_id,first_contact_date,landing_page_id,origin',
  deals:
    'mql_id,seller_id,sdr_id,sr_id,won_date,business_segment,lead_type,lead_behaviour_profile,has_company,' +
    'has_gtin,average_stock,business_type,declared_product_catalog_size,declared_monthly_revenue',
  sellers: '"seller_id","seller_zip_code_prefix","seller_city","seller_state"',
  lines: '"order_id","order_item_id","product_id","seller_id","shipping_limit_date","price","freight_value"',
};

/** Writes the four files into a new folder and returns it. */
export async function writeOlist(lines: OlistLines): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'updraft-olist-'));
  for (const name of ['leads', 'deals', 'sellers', 'lines'] as const) {
    await writeFile(join(dir, OLIST_FILES[name]), [HEADERS[name], ...(lines[name] ?? []), ''].join('\n'));
  }
  return dir;
}

/** Three merchants: one won and selling, one won only, one that was never a lead. */
export const SMALL_MARKET: OlistLines = {
  leads: ['lead1,2018-01-05,page1,social', 'lead2,2018-03-08,page2,', 'lead3,2018-02-01,page1,email'],
  deals: [
    'lead1,anna,x,y,2018-01-10 18:00:00,pet,online_big,"cat, wolf",True,False,200+,reseller,100.0,20000.0',
    'lead2,bela,x,y,2018-03-06 19:38:55,toys,,,,,,reseller,,0.0',
  ],
  sellers: ['anna,1,x,SP', 'bela,1,x,SP', 'carl,1,x,SP', 'dora,1,x,SP'],
  lines: [
    'order1,1,p,anna,2018-02-20 12:00:00,0.10,9.99',
    'order1,2,p,anna,2018-02-20 12:00:00,0.20,9.99',
    'order1,3,p,carl,2018-02-20 12:00:00,5.00,9.99',
    'order2,1,p,carl,2018-03-01 12:00:00,7.50,9.99',
  ],
};
