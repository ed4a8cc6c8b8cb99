// @vitest-environment happy-dom
import { expect, test } from 'vitest'

import { leftOutWords } from './data-files'

test('files that are left out are listed by the filter of the page Lake, which another page names', () => {
  expect(leftOutWords(2, true)).toMatch(/ are left out\. The state “[^”]+” above lists them\.$/)
  expect(leftOutWords(1, false)).toMatch(/ is left out\. On the page Lake the state “[^”]+” lists it\.$/)
})
