import { expect, test } from 'vitest'

import { hourOf, moment } from '../../formats/moments'
import { runTitle, secondsSince, startedBy, usualWords, withTimesOfRuns } from './run-facts'

const AT = '2024-11-26T12:30:00'
const WHEN = moment(AT)

test('a run is called by who or what started it, and when', () => {
  const name = 'cli-20241126T123000'
  expect(runTitle({ name, started_by: 'person', started_at: AT })).toBe(
    `Run started from the terminal, ${WHEN}`,
  )
  expect(runTitle({ name, started_by: 'person', actor: 'anna', started_at: AT })).toBe(
    `Run started by anna from the terminal, ${WHEN}`,
  )
  expect(runTitle({ name: 'api-1', started_by: 'person', actor: 'anna' })).toBe(
    'Run started by anna in the console',
  )
  expect(runTitle({ name: '20241126T123000Z-new-data-1', started_by: 'new_data', started_at: AT })).toBe(
    `Run started by new data, ${WHEN}`,
  )
  expect(runTitle({ name: 'old', started_by: 'unknown', started_at: AT })).toBe(`Run, ${WHEN}`)
})

test('a run of the schedule is nightly at night', () => {
  const scheduled = (hour: number) =>
    runTitle({
      name: 'x',
      started_by: 'schedule',
      started_at: [...Array(24).keys()]
        .map((utc) => `2024-11-26T${String(utc).padStart(2, '0')}:00:00`)
        .find((at) => hourOf(at) === hour),
    })
  expect(scheduled(2)).toMatch(/^Nightly run, .* 02:00$/)
  expect(scheduled(14)).toMatch(/^Scheduled run, .* 14:00$/)
})

test('a run that nobody is known to have started has no one named', () => {
  expect(startedBy({ name: 'old', started_by: 'unknown' })).toBe('')
  expect(startedBy({ name: 'own', started_by: 'person' })).toBe('by a person')
})

test('a text names runs by their times', () => {
  const runs = [{ name: 'cli-1', started_at: AT }]
  expect(withTimesOfRuns('Run cli-1 succeeded. Run cli-12 failed: own in run cli-1.', runs)).toBe(
    `The run of ${WHEN} succeeded. Run cli-12 failed: own in the run of ${WHEN}.`,
  )
})

test('a run under way has worked since its start, not since the begin of its first stage', () => {
  expect(secondsSince('2026-11-29T17:22:49', Date.parse('2026-11-29T17:23:03Z'))).toBe(14)
  expect(secondsSince('', 0)).toBeUndefined()
})

test('the usual duration is that of the middle one of the last runs that succeeded', () => {
  const run = (name: string, seconds: number | null, state: 'succeeded' | 'failed' = 'succeeded') => ({
    name,
    state,
    seconds,
  })
  expect(
    usualWords([run('a', 150), run('own', 1), run('b', 9, 'failed'), run('c', 90), run('d', 600)], 'own'),
  ).toBe(' (usually about 2 min 30 s, by the last 3 runs that succeeded)')
  expect(usualWords([run('a', 150), run('b', 49)], 'own')).toBe(
    ' (the last 2 that succeeded took 49 s and 2 min 30 s)',
  )
  expect(usualWords([run('a', 150)], 'own')).toBe(' (the last one that succeeded took 2 min 30 s)')
  expect(usualWords([run('own', 150)], 'own')).toBe('')
})
