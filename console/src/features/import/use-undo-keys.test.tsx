// @vitest-environment happy-dom
import { cleanup, fireEvent, render, screen } from '@testing-library/react'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'

import { useUndoKeys } from './use-undo-keys'

afterEach(cleanup)

const undo = { first: vi.fn(), second: vi.fn() }
const redo = vi.fn()

beforeEach(() => vi.clearAllMocks())

function Card({ name }: { name: keyof typeof undo }) {
  const panel = useUndoKeys(undo[name], redo)
  return (
    <div ref={panel}>
      <button>{name}</button>
      <select aria-label={`Field of ${name}`} />
      <input type="checkbox" aria-label={`Choice of ${name}`} />
      <input aria-label={`Text of ${name}`} />
    </div>
  )
}

const showCards = () =>
  render(
    <>
      <Card name="first" />
      <Card name="second" />
      <input type="checkbox" aria-label="Elsewhere" />
    </>,
  )

/** Press a key where the focus is; say whether the browser does nothing else for it. */
const pressed = (key: string, more = {}): boolean =>
  !fireEvent.keyDown(document.activeElement ?? document.body, { key, ctrlKey: true, ...more })

const calls = () => [undo.first.mock.calls.length, undo.second.mock.calls.length]

test('the keys take back the last change of the file in which a person works, and of no other', () => {
  showCards()
  expect(pressed('z')).toBe(false)
  screen.getByText('first').focus()
  expect(pressed('z')).toBe(true)
  expect(calls()).toEqual([1, 0])
  screen.getByText('second').focus()
  pressed('z')
  pressed('z', { shiftKey: true })
  pressed('y')
  expect([...calls(), redo.mock.calls.length]).toEqual([1, 1, 2])
  // A button that is gone once it was pressed leaves the focus to the page.
  screen.getByText('second').blur()
  pressed('z')
  expect(calls()).toEqual([1, 2])
  screen.getByLabelText('Elsewhere').focus()
  expect(pressed('z')).toBe(false)
  expect(calls()).toEqual([1, 2])
})

test('a file that is out of sight keeps its changes, and leaves the keys to the page that is shown', () => {
  const { container } = showCards()
  screen.getByText('first').focus()
  container.remove()
  expect(pressed('z')).toBe(false)
  expect(calls()).toEqual([0, 0])
})

test('a list of fields and a box that is ticked are no text: a text keeps the keys', () => {
  showCards()
  for (const label of ['Field of first', 'Choice of first', 'Text of first']) {
    screen.getByLabelText(label).focus()
    pressed('z')
  }
  expect(calls()).toEqual([2, 0])
})
