import type { ComponentChildren } from 'preact'

const Icon = ({ children }: { readonly children: ComponentChildren }) => (
  <svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
    {children}
  </svg>
)

export const BackIcon = () => (
  <Icon>
    <path d="M15 5l-7 7 7 7" />
  </Icon>
)

export const PlusIcon = () => (
  <Icon>
    <path d="M12 5v14M5 12h14" />
  </Icon>
)

export const SearchIcon = () => (
  <Icon>
    <circle cx="11" cy="11" r="6.5" />
    <path d="M16 16l4.5 4.5" />
  </Icon>
)

export const TrashIcon = () => (
  <Icon>
    <path d="M4.5 7h15M9.5 7V4.5h5V7M6.5 7l1 12.5h9l1-12.5M10.2 10.5v5.5M13.8 10.5v5.5" />
  </Icon>
)

export const SettingsIcon = () => (
  <Icon>
    <path d="M4 7h9M19 7h1M4 17h1M11 17h9" />
    <circle cx="16" cy="7" r="2.6" />
    <circle cx="8" cy="17" r="2.6" />
  </Icon>
)

export const CloseIcon = () => (
  <Icon>
    <path d="M6 6l12 12M18 6L6 18" />
  </Icon>
)

export const ShieldIcon = () => (
  <Icon>
    <path d="M12 3.5l7 2.5v5.5c0 4.4-2.9 7.6-7 9-4.1-1.4-7-4.6-7-9V6l7-2.5z" />
    <path d="M9 12l2.2 2.2L15.2 10" />
  </Icon>
)

/** The mark: a kelp's holdfast, the part that does not let go. */
export const Mark = () => (
  <svg class="mark" viewBox="0 0 512 512" aria-hidden="true" focusable="false">
    <rect class="mark-ground" width="512" height="512" rx="116" />
    <g class="mark-root">
      <path d="M256 236V410" />
      <path d="M256 268C252 338 212 352 164 398" />
      <path d="M256 268c4 70 44 84 92 130" />
    </g>
    <path class="mark-leaf" d="M262 246c-8-82 34-138 118-146 6 84-40 140-118 146z" />
    <path class="mark-leaf-small" d="M250 246c2-60-32-102-98-112-4 66 32 108 98 112z" />
  </svg>
)
