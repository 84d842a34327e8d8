import { updraftHere } from './cli-under-test.ts';

test('every command explains itself', async () => {
  const commands = [
    'policy check',
    'policy pin',
    'policy test',
    'policy submit',
    'policy approve',
    'policy activate',
    'policy rollback',
    'policy retire',
    'policy list',
    'policy show',
    'policy status',
    'policy diff',
    'policy shadow start',
    'policy shadow stop',
    'policy shadow report',
    'replay',
    'export',
    'state',
    'status',
    'quarantine request',
    'quarantine list',
    'dead-letters list',
    'dead-letters show',
    'check',
    'topics create',
    'topics check',
    'import olist',
    'start',
    'cluster',
    'simulate',
  ];
  for (const command of commands) {
    const help = await updraftHere([...command.split(' '), '--help']);
    expect(help).toMatchObject({ code: 0, stderr: '' });
    expect(help.stdout).toContain(`Usage: updraft ${command}`);
  }
});
