// @vitest-environment happy-dom
import { act, renderHook, waitFor } from '@testing-library/react'
import { afterEach, expect, test, vi } from 'vitest'

import * as client from '../../api/client'
import { useGridRows } from './use-grid-rows'

afterEach(() => vi.restoreAllMocks())

const answer = (cells: string[]) => ({ total: 1, rows: [{ row: 1, cells, kind: '', flaws: [] }] })

test('rows of an earlier check stay until the new ones come, but never below columns of another order', async () => {
  let later: (rows: unknown) => void = () => undefined
  const read = vi.spyOn(client, 'read').mockResolvedValueOnce(answer(['7', 'Anna']))
  read.mockImplementation(() => new Promise((resolve) => (later = resolve)))
  const { result, rerender } = renderHook(
    ({ version, columns }) => useGridRows('/v1/uploads/u', version, 'all', 1, columns),
    { initialProps: { version: 'a', columns: ['id', 'name'] } },
  )
  act(() => result.current.need(0, 1))
  await waitFor(() => expect(result.current.at(0)?.cells).toEqual(['7', 'Anna']))
  rerender({ version: 'b', columns: ['id', 'name'] })
  expect(result.current.at(0)?.cells).toEqual(['7', 'Anna'])
  rerender({ version: 'c', columns: ['name', 'id'] })
  expect(result.current.at(0)).toBeUndefined()
  await waitFor(() => expect(read).toHaveBeenCalledTimes(2))
  await act(async () => later(answer(['Anna', '7'])))
  await waitFor(() => expect(result.current.at(0)?.cells).toEqual(['Anna', '7']))
})
