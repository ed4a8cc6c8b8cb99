// @vitest-environment happy-dom
import { MantineProvider } from '@mantine/core'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { cleanup, render } from '@testing-library/react'
import { afterEach, expect, test } from 'vitest'

import type { Schemas } from '../../api/client'
import { OpenParts } from './open-parts'

afterEach(cleanup)

const sheet = (name: string) => ({ name, is_list: false })

const shown = (parts: Schemas['FileDetail']['open_parts'], sentAs = '') => {
  const edits = sentAs ? ({ sent_as: sentAs } as Schemas['FileEdits']) : null
  const { container } = render(
    <QueryClientProvider client={new QueryClient()}>
      <MantineProvider>
        <OpenParts file={{ key: 'regions/messe.xlsx', edited_before: edits, open_parts: parts }} />
      </MantineProvider>
    </QueryClientProvider>,
  )
  return container.querySelector('p')?.textContent ?? ''
}

test('the page of a file names the parts of what was sent that are not in yet', () => {
  expect(shown([sheet('Regions'), { name: 'orders.items', is_list: true }], 'two.xlsx')).toMatch(
    /^Not in yet from two.xlsx: Regions, orders › items\./,
  )
  cleanup()
  expect(shown([sheet('Regions')])).toMatch(/^Not in yet from messe.xlsx: Regions\./)
  cleanup()
  expect(shown([])).toBe('')
})

test('a sheet and a member of an archive keep their names, and the list around all is the whole file', () => {
  const parts = [sheet('Q1.2026'), sheet('months-Feb.csv'), { name: '$', is_list: true }]
  expect(shown(parts)).toMatch(/^Not in yet from messe.xlsx: Q1.2026, months-Feb.csv, the whole file\./)
})
