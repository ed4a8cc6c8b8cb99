import { expect, test } from 'vitest'

import type { Schemas } from '../../api/client'
import { decisionWords } from './decision-words'

const words = (action: string, assignee = '') => decisionWords({ action, assignee } as Schemas['Decision'])

test('a decision is a state, not a command', () => {
  expect(['acknowledge', 'reopen', 'unassign', 'not_reached'].map((action) => words(action))).toEqual([
    'acknowledged',
    'opened again',
    'assigned to nobody',
    'not reached',
  ])
  expect(words('assign', 'ann')).toBe('assigned to ann')
})
