// @vitest-environment happy-dom
import { MantineProvider } from '@mantine/core'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { cleanup, render } from '@testing-library/react'
import { afterEach, expect, test } from 'vitest'

import type { Schemas } from '../../api/client'
import { OpenParts } from './open-parts'

afterEach(cleanup)

const shown = (parts: string[], sentAs = '') => {
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
  expect(shown(['Regions', 'orders.items'], 'two.xlsx')).toMatch(
    /^Not in yet from two.xlsx: Regions, orders › items\./,
  )
  cleanup()
  expect(shown(['Regions'])).toMatch(/^Not in yet from messe.xlsx: Regions\./)
  cleanup()
  expect(shown([])).toBe('')
})
