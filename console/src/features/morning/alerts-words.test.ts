import { expect, test } from 'vitest'

import { alertsWords } from './unusual'

test('the alerts of the first page are those that the report counts', () => {
  expect(alertsWords([1, 3], ['quality'], 5)).toBe(
    '2 alerts, as in the report: 1 of 3 watched figures and 1 of 5 checks of the lake.',
  )
})

test('checks that are tasks are named where their tasks are', () => {
  expect(alertsWords([1, 3], ['files', 'quality'], 5)).toBe(
    '3 alerts, as in the report: 1 of 3 watched figures and 2 of 5 checks of the lake; the check of files is a task below “Needs you”.',
  )
})

test('a viewer reads the title that the tasks have for them', () => {
  const tasks = 'Needs an uploader or operator'
  expect(alertsWords([1, 3], ['files'], 5, { tasks })).toContain(
    'is a task below “Needs an uploader or operator”',
  )
})

test('the report does not point at itself, and lists the checks that are tasks elsewhere', () => {
  expect(alertsWords([1, 3], ['files'], 5, { isReport: true })).toBe(
    '2 alerts: 1 of 3 watched figures and 1 of 5 checks of the lake.',
  )
})

test('an alert that is counted and not listed was acknowledged', () => {
  expect(alertsWords([1, 3], [], 5, { done: 1 })).toBe(
    '1 alert, as in the report: 1 of 3 watched figures and 0 of 5 checks of the lake. One is acknowledged and not listed here.',
  )
})
