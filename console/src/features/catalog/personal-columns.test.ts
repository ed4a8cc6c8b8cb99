import { expect, test } from 'vitest'

import { asksAboutPeople } from './personal-columns'

const TABLES = [
  {
    name: 'members',
    columns: [
      { name: 'member_id', personal: false },
      { name: 'full_name', personal: true },
    ],
  },
  { name: 'visits', columns: [{ name: 'full_name', personal: false }] },
]

test.each([
  ['SELECT m.full_name FROM members AS m', true],
  ['SELECT FULL_NAME\nFROM lake.members', true],
  ['SELECT member_id FROM members', false],
  ['SELECT full_name FROM visits', false],
  ['SELECT full_names FROM members', false],
])('%s is about people: %s', (sql, isAboutPeople) => {
  expect(asksAboutPeople(TABLES, sql)).toBe(isAboutPeople)
})
