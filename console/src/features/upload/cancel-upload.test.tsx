// @vitest-environment happy-dom
import { MantineProvider } from '@mantine/core'
import { cleanup, fireEvent, render, screen } from '@testing-library/react'
import { afterEach, expect, test, vi } from 'vitest'

import { CancelUpload } from './cancel-upload'

afterEach(cleanup)

const show = (hasWork: boolean) => {
  const onCancel = vi.fn()
  render(
    <MantineProvider env="test">
      <CancelUpload hasWork={hasWork} onCancel={onCancel} />
    </MantineProvider>,
  )
  fireEvent.click(screen.getByRole('button', { name: 'Cancel' }))
  return onCancel
}

test('an upload without work is cancelled by one click', () => {
  expect(show(false)).toHaveBeenCalledOnce()
})

test('work is thrown away only after a question', () => {
  const onCancel = show(true)
  expect(onCancel).not.toHaveBeenCalled()
  fireEvent.click(screen.getByRole('button', { name: 'Throw them away' }))
  expect(onCancel).toHaveBeenCalledOnce()
})

test('a person goes on with the file', () => {
  const onCancel = show(true)
  fireEvent.click(screen.getByRole('button', { name: 'Go on with the file' }))
  expect(onCancel).not.toHaveBeenCalled()
})
