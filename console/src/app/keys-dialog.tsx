import { Kbd, Modal, Stack, Text } from '@mantine/core'

import { useFocusBack } from '../components/use-focus-back'
import { PAGES } from './pages'

interface Shortcut {
  keys: string[]
  does: string
}

const GROUPS: { title: string; shortcuts: Shortcut[] }[] = [
  {
    title: 'On every page',
    shortcuts: [
      { keys: ['Ctrl', 'K'], does: 'search pages, data and actions' },
      ...PAGES.map(({ key, title }) => ({ keys: ['g', key], does: `open ${title}` })),
      { keys: ['?'], does: 'show these keys' },
    ],
  },
  {
    title: 'In a work queue',
    shortcuts: [
      { keys: ['j'], does: 'next item' },
      { keys: ['k'], does: 'item before' },
      { keys: ['Enter'], does: 'open or close the item' },
      { keys: ['z'], does: 'undo the last decision' },
      { keys: [], does: 'The line above the items has the letters that decide.' },
    ],
  },
  {
    title: 'In a file before its commit',
    shortcuts: [
      { keys: ['Ctrl', 'Z'], does: 'undo the last change' },
      { keys: ['Ctrl', 'Shift', 'Z'], does: 'redo it, also with Ctrl Y' },
    ],
  },
  { title: 'On Query', shortcuts: [{ keys: ['Ctrl', 'Enter'], does: 'run the statement' }] },
]

/** The keyboard shortcuts of the console. */
export default function KeysDialog({ onClose }: { onClose: () => void }) {
  useFocusBack()
  return (
    <Modal opened onClose={onClose} title="Keyboard shortcuts" closeButtonProps={{ 'aria-label': 'Close' }}>
      <Stack gap="md">
        {GROUPS.map(({ title, shortcuts }) => (
          <section key={title} aria-label={title}>
            <Text fw={600} size="sm">
              {title}
            </Text>
            <dl className="keys">
              {shortcuts.map(({ keys, does }) => (
                <div key={does}>
                  <dt>
                    {keys.map((key) => (
                      <Kbd key={key} size="xs" mr={4}>
                        {key}
                      </Kbd>
                    ))}
                  </dt>
                  <dd>{does}</dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </Stack>
    </Modal>
  )
}
