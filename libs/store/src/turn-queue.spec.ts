import { TurnQueue } from './turn-queue.ts';

function recorder(queue: TurnQueue): {
  run(name: string, order: 'fair' | 'last'): Promise<void>;
  names: string[];
} {
  const names: string[] = [];
  return {
    names,
    async run(name, order) {
      const end = await queue.take(order);
      names.push(name);
      await new Promise((resolve) => setImmediate(resolve));
      end();
    },
  };
}

test('turns are taken in order, and the last lane goes when nobody else waits', async () => {
  const { run, names } = recorder(new TurnQueue(() => 0));
  await Promise.all([
    run('a', 'fair'),
    run('l1', 'last'),
    run('b', 'fair'),
    run('l2', 'last'),
    run('c', 'fair'),
  ]);
  expect(names).toEqual(['a', 'b', 'c', 'l1', 'l2']);
});

test('the last lane is not starved: after a second it goes before the fair one', async () => {
  let now = 0;
  const { run, names } = recorder(new TurnQueue(() => now));
  const first = run('a', 'fair');
  const rest = [run('l', 'last'), run('b', 'fair'), run('c', 'fair')];
  now = 1_000;
  await Promise.all([first, ...rest]);
  expect(names).toEqual(['a', 'l', 'b', 'c']);
});

test('one turn at a time, however often the end of a turn is called', async () => {
  const queue = new TurnQueue();
  const end = await queue.take('fair');
  const second = queue.take('fair');
  let third = false;
  void queue.take('fair').then(() => {
    third = true;
  });
  end();
  end();
  await second;
  await new Promise((resolve) => setImmediate(resolve));
  expect(third).toBe(false);
  expect(queue.waiting()).toBe(1);
});
