import { expect, test } from 'vitest'

import { filtersOf } from './own-board'

test('the filters of an address go with a dashboard that is published, without its person', () => {
  const search = new URLSearchParams('by=ann&from=2010-11-01&until=&region=DE&region=FR')
  expect(filtersOf(search).toString()).toBe('from=2010-11-01&region=DE&region=FR')
})
