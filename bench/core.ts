import { makeAdmit } from '#contracts/admit';
import { decode } from '#contracts/codec';
import { encodeGenesis, encodePolicyActivated, encodeTick, makeGenesis } from '#contracts/genesis';
import { allocator } from '#domain/allocator/allocator-machine';
import { ENGINE } from '#domain/engine';
import { readBundleFile } from '#stage/bundle-file';
import { scoring } from '#domain/scoring/scoring-machine';
import { parsePosition } from '#domain/stage/position';
import type { InputRecord, OutputRecord, PartitionMachine } from '#domain/stage/stage';
import { localDay } from '#domain/time';
import { sha256 } from '#stage/sha256';
import { FIXED_WORKLOAD, workload } from './workload.ts';

const events = Number(process.argv[2] ?? 200000);
const genesis = makeGenesis({ logId: 'bench', partitions: 1, zone: 'Asia/Shanghai', latenessMs: 7*86400000, futureMs: 600000, nowMs: FIXED_WORKLOAD.startMs, engine: ENGINE });
const admit = makeAdmit({ partitions: 1, pseudonymKey: Buffer.alloc(32, 1) });
const texts: { key: string|null, text: string }[] = [];
texts.push({ key: null, text: encodeGenesis(genesis).toString() });
const { hash, text } = await readBundleFile(process.argv[3] ?? 'policies/starter/bundle.yaml');
texts.push({ key: null, text: encodePolicyActivated('bench', { sequence: 1, bundle: hash, approvedBy: ['a','b'] }, genesis.nowMs).toString() });
let nowMs: number = genesis.nowMs;
const seen = new Set<string>();
for (const { event, deliveredAtMs } of workload({ ...FIXED_WORKLOAD, events })) {
  const day = localDay(deliveredAtMs, genesis.zoneTransitions);
  if (day !== localDay(nowMs, genesis.zoneTransitions)) {
    nowMs = deliveredAtMs;
    for (let i = 0; i < 1 + Math.ceil(seen.size / 250); i++) texts.push({ key: null, text: encodeTick('bench', { atMs: nowMs, catchingUp: false }).toString() });
  } else if (deliveredAtMs > nowMs + 600000) { nowMs = deliveredAtMs; texts.push({ key: null, text: encodeTick('bench', { atMs: nowMs, catchingUp: false }).toString() }); }
  const out = admit(event);
  if (!out.admitted) throw new Error(JSON.stringify(out.problems));
  seen.add(out.merchantId);
  texts.push({ key: out.merchantId, text: out.value.toString() });
}
console.log('loaded', texts.length, 'records', seen.size, 'merchants', texts.reduce((s, t) => s + t.text.length, 0) / texts.length, 'bytes');
const cpu = () => { const { user, system } = process.cpuUsage(); return (user + system) / 1e6; };
const feed = (m: PartitionMachine, r: InputRecord): readonly OutputRecord[] => {
  const wanted = m.needsBundle(r); if (wanted !== null) m.addBundle(wanted, text);
  m.addRows(new Map(m.plan(r).map((k) => [k, null])));
  return m.step(r);
};
let t = cpu();
const inputs: InputRecord[] = texts.map(({ key, text }, offset) => ({ position: [0, offset], key, text, event: decode(text) }));
console.log('decode', (cpu() - t).toFixed(2), 's');
const s = scoring.open(0, null, sha256);
const caps: OutputRecord[] = [];
t = cpu();
for (const r of inputs) for (const o of feed(s, r)) caps.push(o);
const scoringS = cpu() - t;
console.log('scoring', scoringS.toFixed(2), 's', Math.round(events / scoringS), '/s', caps.length, 'outputs');
const tiers = new Map<string, string|null>(); let tierChanges = 0;
const why = new Map<string, number>();
t = cpu();
const capIn: InputRecord[] = caps.filter((c) => c.log === 'capability').map((c) => ({ position: c.position, key: c.key, text: c.text, event: decode(c.text) }));
console.log('decode capability', (cpu() - t).toFixed(2), 's');
for (const r of capIn) { if (r.event.type !== 'updraft.capability.merchant.v1') continue; const d = r.event.data as any; if (tiers.has(r.key!) && tiers.get(r.key!) !== d.tier) tierChanges++; tiers.set(r.key!, d.tier); for (const w of d.why) why.set(w, (why.get(w) ?? 0) + 1); }
console.log('tier changes', tierChanges, (100 * tierChanges / events).toFixed(2), '%', [...why].sort((a, b) => b[1] - a[1]));
void parsePosition;
const a = allocator.open(0, null, sha256);
const outs: OutputRecord[] = [];
t = cpu();
for (const r of capIn) for (const o of feed(a, r)) outs.push(o);
const allocS = cpu() - t;
const decisions = outs.filter((o) => o.log === 'decisions');
const outcomes = new Map<string, number>();
for (const d of decisions) { const o = JSON.parse(d.text).data.outcome; outcomes.set(o, (outcomes.get(o) ?? 0) + 1); }
console.log('allocator', allocS.toFixed(2), 's', Math.round(events / allocS), '/s', decisions.length, 'decisions', (100 * decisions.length / events).toFixed(2), '%', [...outcomes]);
console.log('both', Math.round(events / (allocS + scoringS)), '/s');
t = cpu(); const f = s.freeze(); console.log('freeze', (cpu()-t).toFixed(2), f.rows.length, 'rows', f.rows.reduce((x, r) => x + r.body.length, 0)/seen.size, 'bytes/merchant', f.chunks.reduce((x,c)=>x+c.body.length,0)/seen.size, 'chunk bytes/merchant');
if (process.argv[4]) {
  const { writeFileSync } = await import('node:fs');
  writeFileSync(process.argv[4], caps.map((c) => c.text.replace(/"activityHash":"[0-9a-f]*"/, '').replace(/"engine":\d/, '').replace(/"hash":"[0-9a-f]*"/g, '')).join('\n'));
}
