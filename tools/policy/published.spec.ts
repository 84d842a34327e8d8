import { readFileSync } from 'node:fs';
import { parse } from 'yaml';

// Examples that follow from what marketplaces publish, one vector each. That a vector holds is for vectors.spec.ts;
// that none of these is lost, or renamed without a thought, is for this one.

const PUBLISHED: readonly (readonly [rule: string, file: string, names: readonly string[]])[] = [
  [
    'eBay: the window that volume chooses',
    'ebay/pack/window.vectors.yaml',
    [
      '399 transactions in three months are judged over twelve',
      '400 are judged over three',
      'one defect in 720 transactions and three late in 329 shipments make Top Rated',
      'five defects in 200 transactions are 2.5 %, and from four buyers they are within the guard',
      'from five buyers they are not',
    ],
  ],
  [
    'eBay: the level',
    'ebay/pack/level.vectors.yaml',
    [
      'every bound met exactly is Top Rated',
      '99 transactions are too few',
      '2.5 % from four buyers are within the guard',
      '2.5 % from five buyers are Below Standard',
    ],
  ],
  [
    'Etsy: the minimum standard',
    'etsy/pack/standard.vectors.yaml',
    [
      '80, 80, 39, 4, 299, 3 meets the standard',
      '80, 80, 39, 5, 299, 3 fails by its reviews',
      '80, 80, 40, 4, 299, 3 fails by its reviews, for 10 % is not less than 10 %',
      '80, 80, 100, 10, 300, 2 fails by its reviews',
      '80, 80, 100, 9, 300, 3 fails by its cases, for 1 % is not less than 1 %',
      '95, 95, 50, 0, 299, 4 fails by its cases',
    ],
  ],
  [
    'Etsy: Star Seller',
    'etsy/pack/star-seller.vectors.yaml',
    [
      'ninety days, five orders, $300 and every share on its line make a star',
      'on day 89 a shop is not eligible, however good',
      'with $299.99 it is not eligible',
      'a shop to which nobody wrote is not blamed for its answers',
      '94.9 % answered are too few',
      '4.79 stars are too few',
      'four cases in 40 orders are too many',
    ],
  ],
  [
    'Mercado Libre: Brazil',
    'mercado-libre/br/published.vectors.yaml',
    [
      'nine sales are grey',
      'the limits of a leader are included, with 300 orders and R$37,000 it is one',
      '0.6 % of mediations make no leader, and green it is',
      'the limits of green are included',
      '2.01 % of claims are yellow',
      '8.01 % of claims are red',
    ],
  ],
  [
    'Mercado Libre: Mexico',
    'mercado-libre/mx/published.vectors.yaml',
    [
      '2 % of claims are yellow here, and green in Brazil',
      'the limits of green are included',
      '2.6 % of cancellations are orange',
      '3.01 % of cancellations are red',
    ],
  ],
  ['Mercado Libre: Chile', 'mercado-libre/cl/published.vectors.yaml', ['the limits of green are included']],
  [
    'Mercado Libre: Colombia',
    'mercado-libre/co/published.vectors.yaml',
    ['the limits of orange are included'],
  ],
  [
    'Walmart: Pro Seller',
    'walmart/pack/pro-seller.vectors.yaml',
    [
      '95, 1.5, 95, 50, 75, 60, 101 is Pro',
      '95, 1.5, 95, 50, 75, 60, 100 has no badge, for there must be more than 100 orders',
      '95, 1.51, 95, 50, 75, 60, 101 is Advanced',
      '99, 0, 99, 24.9, 99, 99, 500 is Rising, for the worst metric decides',
      '89.99, 0, 99, 90, 99, 99, 500 has no badge',
    ],
  ],
  [
    '小红书: the star',
    'xiaohongshu/pack/star.vectors.yaml',
    [
      'a score of 3.0 shows 3 stars',
      'a score of 3.49 shows 3 stars',
      'a score of 3.5 shows 3.5 stars',
      'a score of 4.0 shows 4 stars',
      'a score of 4.49 shows 4 stars',
      'a score of 4.5 shows 4.5 stars',
      'a score of 4.8 shows 5 stars',
      'a score of 5.0 shows 5 stars',
    ],
  ],
  [
    '小红书: the fee of the first million',
    'xiaohongshu/pack/million.vectors.yaml',
    [
      'the first ¥100,000 at 5 % cost ¥600',
      'the first ¥1,000,000 at 5 % cost ¥6,000',
      'the first ¥1,200,000 at 5 % cost ¥16,000',
      'after ¥1,000,000 the next ¥50,000 at 2 % cost ¥1,000',
      'where the rate of the category is lower it stays, and the first ¥100,000 at 0.5 % cost ¥500',
    ],
  ],
  [
    '快手: 好物联盟 and 学规减分',
    'kuaishou/pack/alliance.vectors.yaml',
    [
      '4 stars, ¥1,000, DSR 4.7, 90 days, 99 points, no short settlement, a licence are admitted',
      'a DSR of 4.69 is waived on day 89',
      'a DSR of 4.69 is too low on day 90',
      '¥999.99 are too few',
      '100 points are too many',
      'short settlement excludes',
      'between 3.5 and 4 stars it is kept, at 3.5 revoked at the check, to be had again on day 30, three times in all',
      '20 and 30 are 0, and not -10',
      '100 and 0 are 100, removed',
      '100 and 1 are 99',
      '130 and 30 are 100, removed',
      'a single penalty of 100 voids 50 study points, removed',
    ],
  ],
  [
    '抖音: the gap between 4.4 and 4.0',
    'douyin/pack/release.vectors.yaml',
    ['free at 4.5, warned from 4.39 to 4.0, limited at 3.99 until 4.4, and warned again at 4.1'],
  ],
  [
    '京东: the ends of a trial',
    'jd/pack/trial.vectors.yaml',
    [
      'on day 89, with ¥2999.99 sold and no complaint, the trial goes on',
      'on day 90 it is over',
      'a complaint that JD decided ends it',
      "a category outside the trial ends it, and going back doesn't begin it again",
      'unpaid on the fifth day is in time, on the sixth the shop is delisted',
    ],
  ],
  [
    'Amazon: the brand bonus',
    'amazon/pack/incentives.vectors.yaml',
    [
      '$10,000 of branded sales are a bonus of $1,000',
      '$50,000 are $5,000',
      '$100,000 are $7,500',
      '$1,000,000 are $52,500',
      '$2,000,000 are no more',
    ],
  ],
  [
    'Amazon: the account health rating',
    'amazon/pack/health.vectors.yaml',
    [
      'no orders are 200',
      '199 orders are 200',
      '200 orders are 204',
      '400 orders are 208',
      '40,000 orders are 1,000',
      '40,140 orders are 1,000 as well, for there is no more',
    ],
  ],
  [
    '淘宝联盟: what a promoter takes home',
    'taobao-alliance/pack/star-x.vectors.yaml',
    [
      '¥100, 10 %, a scene of 2 % leaves ¥7.2 before the plan, and ¥9.0 after it, a quarter more',
      '¥100, 10 %, a scene of 6 % leaves ¥3.6 before the plan',
      '¥100, 20 %, a scene of 6 % leaves ¥12.6 before the plan and ¥18.0 after it',
    ],
  ],
  [
    '淘宝: DSR',
    'taobao/pack/dsr.vectors.yaml',
    [
      'forty-eight fives and two twos are 4.88',
      'nine fives and a four are 4.90, and 4.889 once a five leaves the window',
    ],
  ],
  [
    '天猫: 4.5 stars',
    'taobao/pack/stars.vectors.yaml',
    [
      'five times 3, 4.1 in all, the badge, no breach are 4.5 stars',
      '2.9 for goods is none',
      '4.09 in all is none',
      'without the badge of the industry there is none',
      'with a general breach there is none',
    ],
  ],
  [
    '淘宝: layers of the category',
    'taobao/pack/layers.vectors.yaml',
    [
      'a shop above nobody is of the first layer',
      'above 39.99 % it still is',
      'above 40 % it is of the second',
      'above 69.99 % it still is of the second',
      'above 70 % it is of the third',
      'above 85 % it is of the fourth',
      'above 90 % it is of the fifth',
      'above 95 % it is of the sixth',
      'above 98.99 % it still is of the sixth',
      'above 99 % it is of the seventh',
    ],
  ],
];

test.each(PUBLISHED)('%s', (_rule, file, names) => {
  const { vectors } = parse(readFileSync(`policies/${file}`, 'utf8')) as { vectors: { name: string }[] };
  const told = new Set(vectors.map(({ name }) => name));
  expect(names.filter((name) => !told.has(name))).toEqual([]);
});
