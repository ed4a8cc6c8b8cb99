// @vitest-environment happy-dom
import { MantineProvider } from '@mantine/core'
import { cleanup, render, screen } from '@testing-library/react'
import { MemoryRouter } from 'react-router'
import { afterEach, expect, test } from 'vitest'

import { ApiProblem } from '../../api/client'
import { QueryFailed } from './query-failed'

afterEach(cleanup)

const PERSONAL =
  'The column email of members is personal data, which needs the group analysts. Leave the column out, or ask an operator to add you to the group.'

const show = (status: number, message = PERSONAL) =>
  render(
    <MantineProvider env="test">
      <MemoryRouter>
        <QueryFailed
          error={new ApiProblem(status, 'Refused', message, '')}
          sql="select email from members"
          onRetry={() => undefined}
          onRepair={() => undefined}
        />
      </MemoryRouter>
    </MantineProvider>,
  )

test('a statement that is refused is to be corrected, not tried again', () => {
  show(422)
  expect(screen.getByRole('alert').textContent).toMatch(
    /cannot be answered.*column email.*Leave the column out/,
  )
  expect(screen.queryByText('Try again')).toBeNull()
  // The message ends with its remedy, which is another one.
  expect(screen.getByRole('alert').textContent).not.toContain('Correct the statement')
})

test('a message without a remedy is followed by one', () => {
  show(422, 'SYNTAX_ERROR: mismatched input')
  expect(screen.getByRole('alert').textContent).toContain('Correct the statement, then run it again.')
})

test('a failure on the way can be tried again', () => {
  show(502)
  expect(screen.queryByText(/cannot be answered/)).toBeNull()
  expect(screen.getByText('Try again')).toBeTruthy()
})
