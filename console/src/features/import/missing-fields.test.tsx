// @vitest-environment happy-dom
import { MantineProvider } from '@mantine/core'
import { fireEvent, render, screen } from '@testing-library/react'
import { expect, test, vi } from 'vitest'

import type { Schemas } from '../../api/client'
import { NO_EDITS } from './edits'
import { MissingFields } from './missing-fields'
import { withoutColumn } from './suggested-fields'

const field = (name: string, title: string, mayBeEmpty: boolean): Schemas['ContractField'] => ({
  name,
  title,
  type: 'string',
  required: true,
  may_be_empty: mayBeEmpty,
  records_past: false,
})
const SSN = field('ssn', 'Ssn', true)
const REGION = field('region_id', 'Region id', false)

test('a person says that the file has no values of a masked field, and invents none', () => {
  const onChange = vi.fn()
  render(
    <MantineProvider>
      <MissingFields
        fields={[SSN, REGION]}
        edits={{ ...NO_EDITS, dataset: 'customers' }}
        onChange={onChange}
      />
    </MantineProvider>,
  )
  expect(screen.queryByRole('button', { name: 'The file has no Region id' })).toBeNull()
  fireEvent.click(screen.getByRole('button', { name: 'The file has no Ssn' }))
  expect(onChange).toHaveBeenCalledWith(
    expect.objectContaining({
      columns: { ssn: 'ssn' },
      steps: [expect.objectContaining({ kind: 'default', column: 'ssn', text: '' })],
    }),
  )
})

test('what may be empty is not called required', () => {
  expect(withoutColumn([SSN, REGION])).toBe('No column for Region id yet.')
  expect(withoutColumn([SSN])).toBe('Choose the column of Ssn, or say that the file has none.')
})
