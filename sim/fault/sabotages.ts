// What the simulation must find: guards of the product taken away, one at a time, on a copy of the compiled files.
// Never switches in the product. A text that is not found exactly once fails the spec, so that none rots silently.

export interface Edit {
  /** Below dist/. */
  readonly file: string;
  readonly find: string;
  readonly replace: string;
}

export interface Sabotage {
  readonly name: string;
  readonly edits: readonly Edit[];
  /** What a run must complain about: finding something else by accident is not finding this. */
  readonly complaint: RegExp;
}

const STORE = 'sim/fault/modelled-store.js';
const WORK = 'libs/stage/src/work.js';
const TAIL = 'libs/stage/src/published-tail.js';
const TAKE_OVER = 'libs/stage/src/take-over.js';
const NUMBERED = 'libs/stage/src/several-writers.js';
const SCORING = 'libs/domain/src/scoring/scoring-machine.js';
const LOOK = 'libs/domain/src/scoring/scoring-partition.js';
const ROWS = 'libs/domain/src/stage/merchant-rows.js';

/** What the receiver of numbered records would have to complain about, or does. */
const NUMBERS = /\d+ follows \d+|not those expected|are missing|came after|goes on with/;

/** The guards of the store port itself live in the database; its model is what is sabotaged there. */
const ANY_CLAIM: Edit = { file: STORE, find: 'head.takeover !== claim.takeover - 1', replace: 'false' };

export const SABOTAGES: readonly Sabotage[] = [
  {
    name: 'no take-over number: every claim succeeds and none is checked',
    edits: [
      ANY_CLAIM,
      {
        file: STORE,
        find: 'return head !== undefined && head.owner === claim.owner && head.takeover === claim.takeover;',
        replace: 'return head !== undefined;',
      },
    ],
    complaint: /published after|the number was given away before|should be|differs/,
  },
  {
    name: 'a delayed step 2 succeeds after another take-over',
    edits: [ANY_CLAIM],
    complaint: /the number was given away before/,
  },
  {
    name: 'a lazy load does not ask who owns the partition',
    edits: [
      {
        file: STORE,
        find: 'const { rows, version } = checked(claim);',
        replace: 'const { rows, version } = headOf(claim.stage, claim.partition);',
      },
    ],
    complaint: /builds on snapshot \d+, got rows of \d+/,
  },
  {
    name: 'a snapshot is taken before the commit is acknowledged',
    edits: [
      {
        file: WORK,
        find: '        await publish(pending);\n        if (halt !== null)\n            throw halt;\n        position = machine.position();\n        inputOffset = taken.nextOffset;\n        checkNothingLost(taken);\n        considerSnapshot();\n',
        replace:
          '        if (halt === null && tail.isDone()) {\n            position = machine.position();\n            inputOffset = taken.nextOffset;\n            snapshots.stepped(pending.records);\n            considerSnapshot();\n        }\n        await publish(pending);\n        if (halt !== null)\n            throw halt;\n        position = machine.position();\n        inputOffset = taken.nextOffset;\n        checkNothingLost(taken);\n',
      },
    ],
    complaint: /should be|differs|sequence|not those expected|not everything is decided|stuck/,
  },
  {
    name: 'a row is evicted while it is in flight',
    edits: [{ file: ROWS, find: '!entry.isDirty && !entry.isInFlight', replace: '!entry.isDirty' }],
    complaint: /should be|differs|step failed/,
  },
  {
    name: 'outputs are suppressed by the offset of their cause only',
    edits: [
      {
        file: TAIL,
        find: 'if (comparePositions(output.position, end.position) > 0) {',
        replace: 'if (output.position[1] > end.position[1]) {\n                    isDone = true;',
      },
      {
        file: TAIL,
        find: "if (stands === null || stands.value.toString('utf8') !== output.text)",
        replace: "if (stands !== null && stands.value.toString('utf8') !== output.text)",
      },
    ],
    complaint: /should be|latest states differ|re-execution differs/,
  },
  {
    name: 'what is suppressed is not compared with what stands',
    edits: [
      {
        file: TAIL,
        find: "if (stands === null || stands.value.toString('utf8') !== output.text)",
        replace: 'if (stands === null)',
      },
    ],
    complaint: /did not stop at what was lost: changed-output/,
  },
  {
    name: 'the tail is read before fencing',
    edits: [
      {
        file: TAKE_OVER,
        find: 'const { takeover } = await store.head(stage.name, partition);',
        replace:
          'const { takeover, snapshot } = await store.head(stage.name, partition);\n        const early = await findPublishedEnd(logs, stage.output, partition, snapshot?.mark.published?.offsetHint ?? 0, hash);',
      },
      {
        file: TAKE_OVER,
        find: 'return await load({ logs, store, hash }, stage, claim, publisher, report);',
        replace: 'return await load({ logs, store, hash }, stage, claim, publisher, report, early);',
      },
      {
        file: TAKE_OVER,
        find: 'async function load({ logs, store, hash }, stage, claim, publisher, report) {',
        replace: 'async function load({ logs, store, hash }, stage, claim, publisher, report, early) {',
      },
      {
        file: TAKE_OVER,
        find: 'const end = await findPublishedEnd(logs, stage.output, partition, hint, hash);',
        replace: 'const end = early;',
      },
    ],
    // The second tick of treasury or census meets rows that nobody planned for it.
    complaint: /should be|differs|several transactions|was not loaded/,
  },
  {
    name: 'a gap in the sequence of the input is accepted',
    edits: [{ file: WORK, find: 'if (position[1] === expected)', replace: 'if (position[1] >= expected)' }],
    complaint: /did not stop at what was lost: hole/,
  },
  {
    name: 'a sequenced record is not waited for, and its sequence gets a gap',
    edits: [
      {
        file: NUMBERED,
        find: 'await Promise.all([...places.values()].map(({ log, partition, records }) => writer.append(log, partition, records)));',
        replace:
          'void Promise.all([...places.values()].map(({ log, partition, records }) => writer.append(log, partition, records))).catch(() => undefined);',
      },
    ],
    complaint: NUMBERS,
  },
  {
    name: 'rows that other rows lead to are not loaded',
    edits: [{ file: WORK, find: 'round < PLAN_ROUNDS_MAX', replace: 'round < 1' }],
    complaint: /step failed/,
  },
  {
    name: "one record's outputs are split over two transactions",
    edits: [
      {
        file: WORK,
        find: 'pending.bytes += output.text.length;',
        replace:
          'pending.bytes += output.text.length;\n                if (pending.bytes >= limits.publishBytesMax)\n                    await publish(pending);',
      },
    ],
    // Or what came of it: a crash between the two leaves a decision without its grant.
    complaint: /came in several transactions|the latest states differ/,
  },
  {
    name: 'a tick is applied twice by the runner',
    edits: [
      {
        file: WORK,
        find: 'const stepped = tryStep(record);',
        replace:
          "const isTick = record.event.type === 'updraft.control.tick.v1';\n            const twice = isTick ? tryStep(record) : [];\n            const again = tryStep(record);\n            const stepped = again instanceof HaltError ? again : [...twice, ...again];",
      },
    ],
    // The second tick of treasury or census meets rows that nobody planned for it.
    complaint: /should be|differs|several transactions|was not loaded/,
  },
  {
    name: 'a tick is applied twice by the domain',
    edits: [
      {
        file: SCORING,
        find: 'forward(machine, type, data, closeLink(root, machine.hash));',
        replace:
          'forward(machine, type, data, closeLink(root, machine.hash));\n            forward(machine, type, data, closeLink(root, machine.hash));',
      },
    ],
    complaint: /should be forwarded/,
  },
  {
    name: 'held merchants stay in the index and are counted in K',
    edits: [
      {
        file: LOOK,
        find: 'rows.setDue(row.id, earlier(evaluation.dueMs, tellsAtMs));',
        replace: 'rows.setDue(row.id, evaluation.isHeld ? root.nowMs : evaluation.dueMs);',
      },
    ],
    complaint: /is due at \d+ after the tick of/,
  },
  {
    name: 'the allocator does not drop old positions',
    edits: [
      {
        file: WORK,
        find: 'if (last !== null && comparePositions(input.position, last) <= 0)',
        replace:
          "if (stage.input !== 'capability' && last !== null && comparePositions(input.position, last) <= 0)",
      },
    ],
    complaint: /should be|differs|several transactions|out of order|step failed/,
  },
  {
    name: 'iteration order leaks into outputs: merchants are kept in order of arrival',
    edits: [
      {
        file: ROWS,
        find: 'const ids = createOrderedSet(byCodeUnit, entries.keys());',
        replace: `const arrived = new Set(entries.keys());
    const ids = {
        get size() { return arrived.size; },
        add: (key) => arrived.add(key),
        has: (key) => arrived.has(key),
        take: (count, after) => {
            const keys = [...arrived];
            const from = after === undefined ? 0 : keys.indexOf(after) + 1;
            return keys.slice(from, from + count);
        },
    };`,
      },
    ],
    complaint: /should be|differs/,
  },
];
