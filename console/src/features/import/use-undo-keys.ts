import { type RefObject, useEffect, useRef } from 'react'

const NO_TEXT = new Set(['button', 'checkbox', 'color', 'file', 'image', 'radio', 'range', 'reset', 'submit'])

/** The file in which a person worked last: several are open on one page. */
let newest: HTMLElement | null = null

/** Whether text is typed into an element, so that the keys are about that text. */
function isTypedInto(element: Element): boolean {
  const field = element.closest('input, textarea, [contenteditable=true]')
  return field instanceof HTMLInputElement ? !NO_TEXT.has(field.type) && !field.readOnly : field !== null
}

/** Whether a key is for a file: it is on the shown page, and has the focus, or had it before a button vanished. */
const isFor = (panel: HTMLElement | null, target: Element): boolean =>
  panel !== null &&
  panel === newest &&
  panel.isConnected &&
  (target === document.body || panel.contains(target))

/**
 * Takes changes of a file back by Ctrl+Z and again by Ctrl+Shift+Z or Ctrl+Y, where no text is typed.
 *
 * @returns the reference for the file's element.
 */
export function useUndoKeys(
  undo: (() => void) | undefined,
  redo: (() => void) | undefined,
): RefObject<HTMLDivElement | null> {
  const panel = useRef<HTMLDivElement>(null)
  useEffect(() => {
    const element = panel.current
    const note = () => {
      newest = element
    }
    element?.addEventListener('focusin', note)
    element?.addEventListener('pointerdown', note)
    return () => {
      element?.removeEventListener('focusin', note)
      element?.removeEventListener('pointerdown', note)
      if (newest === element) newest = null
    }
  }, [])
  useEffect(() => {
    function press(event: KeyboardEvent): void {
      const target = event.target instanceof Element ? event.target : document.body
      if (event.altKey || !(event.ctrlKey || event.metaKey)) return
      if (!isFor(panel.current, target) || isTypedInto(target)) return
      const key = event.key.toLowerCase()
      const isRedo = key === 'y' || (key === 'z' && event.shiftKey)
      const act = isRedo ? redo : key === 'z' ? undo : undefined
      if (!act) return
      event.preventDefault()
      act()
    }
    window.addEventListener('keydown', press)
    return () => window.removeEventListener('keydown', press)
  }, [undo, redo])
  return panel
}
