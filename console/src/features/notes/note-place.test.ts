import { expect, test } from 'vitest'

import { isShownOn, placeOf } from './note-place'

test('a note is marked by every chart, by those of its dashboard, or by its panel alone', () => {
  expect(isShownOn({ shown_on: '' }, '', '')).toBe(true)
  const ofBoard = { shown_on: placeOf('sales') }
  expect(isShownOn(ofBoard, 'sales', 'weeks')).toBe(true)
  expect(isShownOn(ofBoard, 'fraud', 'weeks')).toBe(false)
  expect(isShownOn(ofBoard, '', 'weeks')).toBe(false)
  const ofPanel = { shown_on: placeOf('sales', 'weeks') }
  expect(isShownOn(ofPanel, 'sales', 'weeks')).toBe(true)
  expect(isShownOn(ofPanel, 'sales', 'months')).toBe(false)
})
