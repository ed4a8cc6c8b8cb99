import { Button, Group, Modal, Popover, Stack, Text } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { type ReactNode, useState } from 'react'

import { Failed } from './states'

interface Props {
  /** The button that opens the form. */
  label: string
  /** The button that sends it. */
  submit: string
  /** The subject of the message when it fails. */
  what: string
  isComplete: boolean
  /** What the form lacks while it is not complete. */
  missing?: string
  /** Sends the form; its answer is shown below the button. */
  onSubmit: () => Promise<ReactNode>
  width?: number
  /** Whether the form may grow, such as by a preview: it has the window then, and scrolls in it. */
  isLarge?: boolean
  /** Says which one the button is of several in a list, where it is drawn small. */
  name?: string
  children: ReactNode
}

/** A button with a small form below it, or a large one over the page, which closes when its content was sent. */
export function FormPopover(props: Props) {
  const {
    label,
    submit,
    what,
    isComplete,
    missing = '',
    onSubmit,
    width = 280,
    isLarge = false,
    name,
  } = props
  const [isOpen, setOpen] = useState(false)
  const [isSaid, setSaid] = useState(false)
  const send = useMutation({
    mutationFn: onSubmit,
    onSuccess: () => {
      setOpen(false)
      setSaid(true)
    },
  })
  function press(event: React.FormEvent): void {
    event.preventDefault()
    if (isComplete) send.mutate()
  }
  const button = (
    <Button
      size={name ? 'compact-xs' : 'compact-sm'}
      variant={name ? 'subtle' : 'default'}
      aria-label={name}
      onClick={() => {
        setSaid(false)
        setOpen(!isOpen)
      }}
    >
      {label}
    </Button>
  )
  const form = (
    <Stack
      component="form"
      gap="xs"
      w={isLarge ? undefined : width}
      maw={isLarge ? undefined : '80vw'}
      onSubmit={press}
    >
      {props.children}
      <Button
        size="xs"
        type="submit"
        disabled={!isComplete}
        loading={send.isPending}
        className={isLarge ? 'stays-in-reach' : undefined}
      >
        {submit}
      </Button>
      {missing && !isComplete ? (
        <Text size="xs" className="muted">
          {missing}
        </Text>
      ) : null}
      {send.error ? <Failed error={send.error} what={what} isAction /> : null}
    </Stack>
  )
  return (
    <Said
      words={isSaid && !isOpen ? send.data : undefined}
      onClose={() => setSaid(false)}
      isInRow={Boolean(name)}
    >
      {isLarge ? (
        <>
          {button}
          {/* Mantine's own head of a dialog is a second banner of the page. */}
          <Modal.Root opened={isOpen} onClose={() => setOpen(false)} size="44rem">
            <Modal.Overlay />
            <Modal.Content>
              <Group justify="space-between" p="md">
                <Modal.Title>{name ?? label}</Modal.Title>
                <Modal.CloseButton aria-label="Close" />
              </Group>
              <Modal.Body>{form}</Modal.Body>
            </Modal.Content>
          </Modal.Root>
        </>
      ) : (
        // What loads above may push the button below the window's edge: the form goes along and is not hidden.
        <Popover
          opened={isOpen}
          onChange={setOpen}
          position="bottom-end"
          trapFocus
          withinPortal={false}
          hideDetached={false}
        >
          <Popover.Target>{button}</Popover.Target>
          <Popover.Dropdown aria-label={label}>{form}</Popover.Dropdown>
        </Popover>
      )}
    </Said>
  )
}

interface SaidProps {
  words: ReactNode
  onClose: () => void
  isInRow: boolean
  children: ReactNode
}

/** What came of a form, in a box below its button until a person clicks elsewhere: it moves nothing on the page. */
function Said({ words, onClose, isInRow, children }: SaidProps) {
  return (
    <Popover
      opened={Boolean(words)}
      onChange={(isOpened) => {
        if (!isOpened) onClose()
      }}
      position="bottom-end"
      withinPortal={false}
      hideDetached={false}
      withRoles={false}
    >
      <Popover.Target>
        <div style={isInRow ? { display: 'inline-block' } : undefined}>{children}</div>
      </Popover.Target>
      <Popover.Dropdown maw="min(24rem, 90vw)">
        <Text size="sm" role="status" component="div">
          {words}
        </Text>
      </Popover.Dropdown>
    </Popover>
  )
}
