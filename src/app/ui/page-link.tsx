import type { ComponentChildren } from 'preact'
import { useApp } from '../state/context.ts'
import type { Page } from '../state/navigation.ts'

type Props = {
  readonly page: Page
  readonly class?: string
  readonly title?: string
  readonly children: ComponentChildren
}

const isPlainClick = (event: MouseEvent): boolean =>
  event.button === 0 && !event.ctrlKey && !event.metaKey && !event.shiftKey && !event.altKey

/** A link to a page of the app: a real address, followed without a load. */
export const PageLink = ({ page, children, ...rest }: Props) => {
  const { navigation } = useApp()
  return (
    <a
      {...rest}
      href={navigation.paths[page]}
      aria-current={page === 'settings' && navigation.page.value === page ? 'page' : undefined}
      onClick={(event) => {
        if (!isPlainClick(event)) return
        event.preventDefault()
        navigation.goTo(page)
      }}
    >
      {children}
    </a>
  )
}
