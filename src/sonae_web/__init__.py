"""The site (Django): thin delivery over the library. Its apps come with the site; the import layers already hold its place."""
