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
  ['SELECT full_name FROM lake.members', true],
  ['SELECT "m"."full_name" FROM "members" m', true],
  ['SELECT v.full_name FROM visits AS v JOIN members AS m ON m.member_id = v.member_id', false],
  ['SELECT v.member_id FROM visits v JOIN members m ON m.full_name = v.place', true],
  ['SELECT place AS full_name FROM visits JOIN members ON true', false],
  ["SELECT 'full_name' AS words FROM members -- full_name is left out", false],
  ["SELECT member_id FROM members -- the member's\nWHERE full_name IS NULL", true],
])('%s is about people: %s', (sql, isAboutPeople) => {
  expect(asksAboutPeople(TABLES, sql)).toBe(isAboutPeople)
})
