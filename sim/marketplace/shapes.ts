import { ASPECTS, wishes } from './aspect.ts';
import type { MarketplaceOptions } from './marketplace.ts';

// Marketplaces in the shape of some that publish rules: what is sold there, who sells live, how many are new, and a
// stretch of the calendar in which their rules have something to do. The names are those that the packs of policies/
// ask for; every share, price and date of a stretch is ours, and no measurement of any of them.

export const SHAPES = [
  'jd',
  'taobao',
  'taobao-alliance',
  'kuaishou',
  'xiaohongshu',
  'ebay',
  'etsy',
  'mercado-libre',
] as const;
export type ShapeName = (typeof SHAPES)[number];

/** Folder of the pack's bundle below policies/; of Mercado Libre's countries Brazil's. */
export function packFolder(name: ShapeName): string {
  return name === 'mercado-libre' ? 'mercado-libre/br' : name;
}

export interface Shape {
  /** Of the workspace and, where it is not that of Shanghai, of the simulator. */
  readonly zone: string;
  readonly options: Omit<MarketplaceOptions, 'seed' | 'merchants'>;
}

export function shapeOf(name: ShapeName): Shape {
  const own = SHAPE_OF[name];
  return { zone: own.zone ?? SHANGHAI, options: { ...EVERYWHERE, ...own } };
}

/** Everything that can befall a merchant, often enough to be met within weeks. */
const EVERYWHERE = {
  unregisteredPpm: 10_000,
  stockOutPpm: 5_000,
  slowReplyPpm: 100_000,
  courseEffectBps: 3_000,
  entityPpm: 300_000,
  fraudPpm: 30_000,
  leavePpm: 200_000,
  newcomersStartAtBps: 3_000,
};

const SHANGHAI = 'Asia/Shanghai';

const IN_CHINA = { aspects: ASPECTS };
/** Six weeks. */
const AROUND_DOUBLE_11 = { startMs: Date.parse('2026-10-05T00:00:00+08:00'), days: 42 };
/** Nobody there sells live or publishes. */
const UP_TO_BLACK_FRIDAY = {
  aspects: ASPECTS.filter((name) => name !== 'audience'),
  newcomerDays: 60,
  seasonShiftDays: 16,
  eventsPerMerchantDay: 5,
};

const SHAPE_OF: Readonly<Record<ShapeName, Shape['options']>> = {
  jd: {
    ...IN_CHINA,
    ...AROUND_DOUBLE_11,
    newcomerPpm: 300_000,
    livePpm: 100_000,
    creatorPpm: 200_000,
    categories: priced({
      appliances: 129_900,
      computers: 259_900,
      phones: 199_900,
      food: 6_900,
      home: 15_900,
    }),
    terms: {
      course: 'first-sale',
      violation: 'fake-trade',
      breaches: ['misleading', 'late-dispatch', 'counterfeit'],
      otherTools: ['mini-programme'],
      certifications: [
        'mini-programme-account',
        'mini-programme-review',
        'mini-login-approved',
        'mini-service-approved',
        'mini-ads-approved',
        'mini-plus-approved',
        'mini-trade-approved',
      ],
      questions: [
        { question: 'opens_with', answers: ['trial', 'deposit'] },
        { question: 'shop_kind', answers: ['company', 'couple', 'person'] },
        ...wishes('wants_help', 'wants_mini_programme'),
      ],
    },
  },
  taobao: {
    ...IN_CHINA,
    ...AROUND_DOUBLE_11,
    newcomerPpm: 150_000,
    // The stages of live hosts ask for a hundred thousand fans and a million.
    fansTimes: 30,
    livePpm: 350_000,
    creatorPpm: 400_000,
    categories: priced({
      apparel: 12_900,
      beauty: 9_900,
      food: 4_900,
      home: 11_900,
      baby: 13_900,
      pets: 5_900,
    }),
    terms: {
      course: 'taobao-first-shop',
      violation: 'fake-trade',
      breaches: ['general-node', 'banned-goods', 'misleading', 'counterfeit'],
      certifications: ['industry-service', 'deals-and-quality', 'tmall-worry-free', 'live-agency'],
      questions: wishes('wants_live', 'wants_brand_marketing', 'wants_help'),
    },
  },
  'taobao-alliance': {
    ...IN_CHINA,
    // From before the festival of food in July until after Double 11.
    startMs: Date.parse('2026-06-29T00:00:00+08:00'),
    days: 140,
    newcomerDays: 90,
    eventsPerMerchantDay: 5,
    newcomerPpm: 200_000,
    livePpm: 500_000,
    creatorPpm: 700_000,
    // Its merchants are promoters, and the category of a promoter is the scene where it promotes.
    categories: priced({ weibo: 23_900, toutiao: 9_900, bilibili: 19_900, zhihu: 17_900, blogs: 12_900 }),
    terms: {
      course: 'alliance-academy',
      // What shops pay is what promoters live on, and the plan waives the fee of the scene, not this.
      commissionBps: 2_000,
      relieves: 'content',
      violation: 'fake-traffic',
      otherTools: ['food-pool'],
      certifications: ['region-east', 'region-south'],
      questions: wishes('wants_help', 'wants_stage', 'wants_council'),
    },
  },
  kuaishou: {
    ...IN_CHINA,
    startMs: Date.parse('2026-10-01T00:00:00+08:00'),
    days: 46,
    newcomerPpm: 300_000,
    livePpm: 700_000,
    creatorPpm: 600_000,
    // Jade and appliances are sold there too: few shops reach what published lines ask for with food alone.
    categories: priced({
      apparel: 7_900,
      food: 3_900,
      beauty: 6_900,
      home: 5_900,
      jewellery: 129_900,
      appliances: 189_900,
    }),
    terms: {
      course: 'newcomer-class',
      otherCourses: ['rules'],
      otherTools: ['shop-app', 'return-freight', 'short-settlement'],
      violation: 'fake-trade',
      // A hundred remove a shop.
      fakedPoints: 100,
      breaches: ['misleading', 'spam', 'counterfeit'],
      verifications: ['identity', 'business-licence'],
      certifications: ['group-leader', 'spring-invited'],
      questions: [
        ...wishes('wants_live', 'wants_help', 'wants_goods', 'wants_promotion'),
        { question: 'xingyao', answers: ['signed-up', 'no'] },
        { question: 'doujin_2026', answers: ['signed-up', 'no'] },
        { question: 'yiyuan_2026', answers: ['signed-up', 'no'] },
      ],
    },
  },
  xiaohongshu: {
    ...IN_CHINA,
    // The year of waived commission ends on 31 August 2026, and Double 11 is in November.
    startMs: Date.parse('2026-08-24T00:00:00+08:00'),
    days: 84,
    newcomerDays: 60,
    eventsPerMerchantDay: 5,
    newcomerPpm: 250_000,
    entityPpm: 500_000,
    livePpm: 250_000,
    creatorPpm: 900_000,
    categories: priced({ beauty: 16_900, apparel: 19_900, home: 14_900, travel: 39_900, food: 7_900 }),
    terms: {
      course: 'first-sale',
      violation: 'fake-orders',
      otherCourses: ['live-selling', 'ads-basics'],
      breaches: ['spam', 'misleading'],
      certifications: ['creator-agency', 'ten-qualified-creators'],
      questions: [
        ...wishes('wants_live', 'wants_help'),
        { question: 'package_duration', answers: ['7d', '3d', '2d', '12h', '6h'] },
      ],
      contentKinds: ['note', 'video', 'image'],
    },
  },
  ebay: {
    zone: 'America/Los_Angeles',
    // Who sells from the beginning is there for ninety days on 20 November.
    startMs: Date.parse('2026-08-10T00:00:00-07:00'),
    days: 115,
    ...UP_TO_BLACK_FRIDAY,
    currency: 'USD',
    countries: ['US'],
    newcomerPpm: 150_000,
    categories: priced({ electronics: 8_900, collectables: 3_900, motors: 5_900, fashion: 3_500 }),
    terms: {
      course: 'selling-basics',
      violation: 'fake-orders',
      certifications: ['established-seller', 'one-day-handling', 'free-returns-30-days'],
    },
  },
  etsy: {
    zone: 'America/New_York',
    // Who sells from the beginning is there for ninety days on 1 November.
    startMs: Date.parse('2026-07-20T00:00:00-04:00'),
    days: 136,
    ...UP_TO_BLACK_FRIDAY,
    currency: 'USD',
    countries: ['US', 'GB', 'DE', 'CA', 'AU'],
    newcomerPpm: 150_000,
    entityPpm: 50_000,
    categories: priced({ jewellery: 5_900, home: 4_900, art: 7_900, weddings: 6_900, toys: 3_900 }),
  },
  'mercado-libre': {
    // Each country has a bundle and a currency of its own; this is Brazil.
    zone: 'America/Sao_Paulo',
    startMs: Date.parse('2026-08-25T00:00:00-03:00'),
    days: 100,
    ...UP_TO_BLACK_FRIDAY,
    currency: 'BRL',
    countries: ['BR'],
    newcomerPpm: 100_000,
    categories: priced({ electronics: 24_900, home: 15_900, motors: 18_900, fashion: 11_900, toys: 9_900 }),
    terms: { course: 'first-sales', otherCourses: ['sales-advice'] },
  },
};

/** In minor units. */
function priced(prices: Readonly<Record<string, number>>): NonNullable<MarketplaceOptions['categories']> {
  return Object.entries(prices).map(([category, priceMinor]) => ({ category, priceMinor }));
}
