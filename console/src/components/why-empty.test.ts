import { expect, test } from 'vitest'

import { whyEmpty } from './why-empty'

const TABLE = { name: 'sales', href: '#/tables/hub/sales' }

test('before the first run has ended a person starts one', () => {
  const cause = whyEmpty({ rows: undefined, as_of: '', run: undefined }, TABLE)
  expect([cause.why, cause.remedy]).toEqual([
    'No run has ended yet, so the table was not built.',
    'Start a run',
  ])
})

test('before the first file has arrived a person sends one', () => {
  const cause = whyEmpty({ rows: undefined, as_of: '', run: undefined, hasNoFile: true }, TABLE)
  expect([cause.remedy, cause.href]).toEqual(['Send a file first', '#/upload'])
  const run = { name: 'n', state: 'succeeded' }
  expect(whyEmpty({ rows: undefined, as_of: '', run, hasNoFile: true }, TABLE).href).toBe('#/runs/n')
})

test('a table that the newest run did not build leads to that run', () => {
  const failed = whyEmpty({ rows: undefined, as_of: '', run: { name: 'n 1', state: 'timed_out' } }, TABLE)
  expect([failed.why, failed.href]).toEqual([
    'The newest run ended as timed out and did not build this table.',
    '#/runs/n%201',
  ])
})

test('nobody is asked to start a run where a run has built the table', () => {
  const run = { name: 'n', state: 'succeeded' }
  for (const rows of [0, 7]) {
    const cause = whyEmpty({ rows, as_of: '2024-01-31', run }, TABLE)
    expect(cause.remedy).not.toContain('run')
    expect(cause.href).toBe(TABLE.href)
  }
})
