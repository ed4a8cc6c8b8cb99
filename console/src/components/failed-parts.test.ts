import { expect, test } from 'vitest'

import { titleOf } from './failed-parts'

test('a few parts are named, many and equal ones are counted', () => {
  expect(titleOf(['the runs'])).toBe('The runs')
  expect(titleOf(['the health', 'the files', 'the runs'])).toBe('The health, the files and the runs')
  expect(titleOf(['the figure', 'the figure', 'the answer'])).toBe('3 parts of this page')
  expect(titleOf(['a', 'b', 'c', 'd', 'e'])).toBe('5 parts of this page')
})
