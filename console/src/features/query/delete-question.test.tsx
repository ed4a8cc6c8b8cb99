// @vitest-environment happy-dom
import { MantineProvider } from '@mantine/core'
import { cleanup, render, screen, within } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { afterEach, expect, test, vi } from 'vitest'

import { DeleteQuestion } from './delete-question'

afterEach(cleanup)

test('a saved question is deleted only after an answer', async () => {
  const onDelete = vi.fn()
  render(
    <MantineProvider env="test">
      <DeleteQuestion name="Sales by month" onDelete={onDelete} />
    </MantineProvider>,
  )
  await userEvent.click(screen.getByRole('button', { name: 'Delete this question' }))
  const dialog = await screen.findByRole('dialog', { name: 'Delete the question “Sales by month”?' })
  await userEvent.click(within(dialog).getByRole('button', { name: 'Keep it' }))
  expect(onDelete).not.toHaveBeenCalled()
  await userEvent.click(screen.getByRole('button', { name: 'Delete this question' }))
  const again = await screen.findByRole('dialog', { name: 'Delete the question “Sales by month”?' })
  await userEvent.click(within(again).getByRole('button', { name: 'Delete' }))
  expect(onDelete).toHaveBeenCalledOnce()
})
