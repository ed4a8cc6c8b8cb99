// @vitest-environment happy-dom
import { renderHook } from '@testing-library/react'
import { expect, test } from 'vitest'

import type { Kept } from './kept-files'
import {
  addUploads,
  endUpload,
  notedParts,
  noteParts,
  removeEnded,
  removeUpload,
  useUploads,
} from './uploads-store'

const kept = (id: string): Kept => ({
  id,
  file: new File(['a'], `${id}.csv`),
  dataset: '',
  by: 'ana',
  addedAt: 0,
})
const listed = () => renderHook(useUploads).result.current.map(({ id }) => id)

test('the newest files come first, and a file is listed once', () => {
  const [one, two] = [kept('one'), kept('two')]
  addUploads([one])
  addUploads([two])
  addUploads([one, two])
  expect(listed()).toEqual(['two', 'one'])
  expect(renderHook(useUploads).result.current[1]).toBe(one)
})

test('files that have ended go when somebody leaves the page, and no others', () => {
  endUpload('one')
  expect(listed()).toEqual(['two', 'one'])
  removeEnded()
  expect(listed()).toEqual(['two'])
  removeUpload('two')
  expect(listed()).toEqual([])
})

test('parts that one card committed are known to other cards of the file, also once it is closed', () => {
  const chosen = kept('batches')
  noteParts(chosen, ['batches'])
  noteParts({ file: chosen.file }, ['batches.readings'])
  expect(notedParts(chosen)).toEqual(['batches', 'batches.readings'])
  expect(notedParts(kept('others'))).toEqual([])
})
