import { useEffect } from 'react'

const TYPED_INTO = 'input, textarea, select, [contenteditable=true], [role=dialog]'

/** Takes changes back by Ctrl+Z and again by Ctrl+Shift+Z or Ctrl+Y, where no text is typed. */
export function useUndoKeys(undo: (() => void) | undefined, redo: (() => void) | undefined): void {
  useEffect(() => {
    function press(event: KeyboardEvent): void {
      const isOfText = Boolean((event.target as Element | null)?.closest?.(TYPED_INTO))
      if (isOfText || event.altKey || !(event.ctrlKey || event.metaKey)) return
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
}
