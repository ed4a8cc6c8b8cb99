import { Menu } from '@mantine/core'

import { type KeptQuestion, useKeptQuestions } from '../query/saved-questions'
import { OWN_BOARD } from './board-draft'
import { pinnedAs } from './pinned-question'

/** Puts a panel on the person's own dashboard, or leads to it there. */
export function PinItem({ question }: { question: KeptQuestion }) {
  const { kept, questions, keep } = useKeptQuestions()
  if (!kept.data) return null
  if (questions.some(({ sql, is_pinned }) => is_pinned && sql === question.sql))
    return (
      <Menu.Item component="a" href={`#/dashboards/${OWN_BOARD}`}>
        On my dashboard: open it
      </Menu.Item>
    )
  return (
    <>
      <Menu.Item
        closeMenuOnClick={false}
        disabled={keep.isPending}
        onClick={() => keep.mutate(pinnedAs(question, questions))}
      >
        Put it on my dashboard
      </Menu.Item>
      {keep.error ? <Menu.Label role="alert">It was not put there: {keep.error.message}</Menu.Label> : null}
    </>
  )
}
