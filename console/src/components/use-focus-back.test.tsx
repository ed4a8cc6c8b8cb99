// @vitest-environment happy-dom
import { cleanup, fireEvent, render, screen, waitFor } from '@testing-library/react'
import { useState } from 'react'
import { afterEach, expect, test } from 'vitest'

import { useFocusBack } from './use-focus-back'

afterEach(cleanup)

function Dialog({ onClose }: { onClose: () => void }) {
  useFocusBack()
  return (
    <div role="dialog">
      <button onClick={onClose} autoFocus>
        Close
      </button>
    </div>
  )
}

function Page({ isMenu }: { isMenu: boolean }) {
  const [isOpen, setOpen] = useState(false)
  const open = <button onClick={() => setOpen(true)}>Open</button>
  return (
    <>
      <button id="menu-button">Menu</button>
      {isMenu && !isOpen ? (
        <div role="menu" aria-labelledby="menu-button">
          {open}
        </div>
      ) : null}
      {isMenu ? null : open}
      {isOpen ? <Dialog onClose={() => setOpen(false)} /> : null}
    </>
  )
}

test.each([
  [false, 'Open'],
  [true, 'Menu'],
])('the focus returns to what opened the dialog; from a menu (%s): %s', async (isMenu, name) => {
  render(<Page isMenu={isMenu} />)
  screen.getByRole('button', { name: 'Open' }).focus()
  fireEvent.click(screen.getByRole('button', { name: 'Open' }))
  screen.getByRole('button', { name: 'Close' }).focus()
  fireEvent.click(screen.getByRole('button', { name: 'Close' }))
  await waitFor(() => expect(document.activeElement).toBe(screen.getByRole('button', { name })))
})
