import { expect, test } from 'vitest'

import type { Schemas } from '../../api/client'
import { durationWords, healthWords, quarantineWords, remedyOf, runsByStand, runWords } from './lake-words'

test('the title of the health says which checks need a look', () => {
  const checks = [
    { name: 'files' as const, state: 'degraded' as const },
    { name: 'run' as const, state: 'healthy' as const },
  ]
  expect(healthWords(checks)).toBe('1 check needs a look: files')
  expect(healthWords(checks.slice(1))).toBe('Everything works')
})

test('an open alert of a figure is part of the verdict', () => {
  const checks = [{ name: 'run' as const, state: 'healthy' as const }]
  expect(healthWords(checks, 3, ['card_data_found'])).toBe('1 alert is open: card data found')
  expect(healthWords(checks, 0, ['late_files', 'card_data_found'])).toBe(
    '2 alerts are open: late files, card data found',
  )
  expect(healthWords([{ name: 'files', state: 'degraded' }], 0, ['late_files'])).toBe(
    '1 check needs a look: files; 1 alert is open: late files',
  )
})

test('a lake without a file needs no look: it says the first step', () => {
  const empty = (['freshness', 'run', 'files'] as const).map((name) => ({
    name,
    state: 'unknown' as const,
    message: 'Nothing yet.',
  }))
  expect(healthWords(empty)).toBe('No file yet: upload the first one')
  expect(remedyOf(empty)).toEqual({ words: 'Upload a file', href: '#/upload' })
  const [freshness, ...others] = empty
  expect(healthWords([{ ...freshness, name: 'freshness', state: 'healthy' }, ...others])).toBe(
    'Everything works',
  )
})

test('the most urgent check says the one thing to do', () => {
  const files = { name: 'files' as const, state: 'degraded' as const, message: 'The newest is a.csv.' }
  const run = { name: 'run' as const, state: 'failed' as const, message: 'Run r7 ended as failed.' }
  const quality = {
    name: 'quality' as const,
    state: 'degraded' as const,
    message: 'The newest is a.csv; `headgate files show a.csv` says why.',
  }
  expect(remedyOf([files, run])).toEqual({ words: 'See why the run failed', href: '#/runs/r7' })
  expect(remedyOf([quality, files])).toEqual({ words: 'See the file', href: '#/files?key=a.csv' })
  expect(remedyOf([files])).toEqual({ words: 'Open what waits', href: '#/work/files' })
  expect(remedyOf([{ ...files, state: 'healthy' }])).toBeUndefined()
})

test('the title of the runs says how the newest one ended, and a success with problems is none', () => {
  const run = (state: Schemas['RunSummary']['state'], has_problems = false) =>
    runWords([{ state, has_problems, started_at: '2026-11-24T03:12:00' }]).split(',')[0]
  expect([run('aborted'), run('timed_out')]).toEqual([
    'The last run was stopped',
    'The last run took too long and was stopped',
  ])
  expect([run('succeeded'), run('succeeded', true), run('failed'), run('running')]).toEqual([
    'The last run succeeded',
    'The last run succeeded with problems',
    'The last run failed',
    'A run is under way',
  ])
  expect(runWords([])).toBe('No run yet')
})

test('of two runs under way the earlier one works and the other one waits, in whatever order they are listed', () => {
  const run = (state: Schemas['RunSummary']['state'], at: string) => ({
    ...{ state, has_problems: false, started_at: `2026-11-24T20:${at}:00` },
  })
  const [queued, works, before] = [run('running', '45'), run('running', '44'), run('succeeded', '32')]
  expect(runWords([queued, works, before])).toMatch(/^A run is under way, since .*20:44; one more waits$/)
  expect(runsByStand([before, queued, works])).toEqual({ working: works, waiting: 1, ended: [before] })
  const over = run('succeeded', '44')
  expect(runWords([over, queued, before])).toMatch(/^A run is under way, since .*20:45$/)
  expect(runsByStand([before, queued, over]).ended).toEqual([over, before])
})

test('the title of the quarantine counts rows over datasets', () => {
  const line = (dataset: string, rows: number, rule = 'required') => ({ dataset, rows, rule })
  expect(quarantineWords([line('orders', 2), line('orders', 1)])).toBe('3 refused rows wait in 1 dataset')
  expect(quarantineWords([line('orders', 2), line('products', 0, 'file')])).toBe(
    '2 refused rows wait in 1 dataset',
  )
  expect(quarantineWords([line('orders', 0)])).toBe('Files were refused in 1 dataset')
  const twice = line('payments', 4, 'duplicate_row')
  expect(quarantineWords([line('orders', 2), twice])).toBe(
    '2 refused rows wait in 1 dataset, besides duplicates',
  )
  expect(quarantineWords([line('orders', 0, 'file'), twice])).toBe(
    'Files were refused in 1 dataset, besides duplicates',
  )
  expect(quarantineWords([twice])).toBe('Only duplicates were left out')
  expect(quarantineWords([])).toBe('Nothing was refused')
})

test('a lake in which all works says so, with the rows that wait for a correction', () => {
  const fine = [{ name: 'run', state: 'healthy' }] as Parameters<typeof healthWords>[0]
  expect(healthWords(fine)).toBe('Everything works')
  expect(healthWords(fine, 1505)).toBe('Everything works; 1,505 refused rows wait for a correction')
})

test('the page of a file that differs has its whole name, whatever signs are in it', () => {
  const key = "payments/o'hara (2).csv"
  const message = `1 of the newest 4 profiled files differs from earlier files. The newest is ${key} (kind: 9% are missing, where 2% were before); \`headgate files show 'x'\` says why.`
  expect(remedyOf([{ name: 'quality', state: 'degraded', message }])).toEqual({
    words: 'See the file',
    href: `#/files?key=${encodeURIComponent(key)}`,
  })
})

test('a run that works says how long it has worked', () => {
  const run = { state: 'running', seconds: null, started_at: '2026-11-29T15:00:00' } as const
  const now = Date.parse('2026-11-29T15:01:05Z')
  expect(durationWords(run, now)).toBe('1 min 5 s so far')
  expect(durationWords({ ...run, state: 'succeeded', seconds: 65 }, now)).toBe('1 min 5 s')
  expect(durationWords({ ...run, state: 'aborted' }, now)).toBe('–')
})
